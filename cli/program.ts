/** The command line as a function: arguments and streams in, exit code out. */
import { Command, CommanderError } from 'commander';
import { addAssetCommands } from './commands/asset.ts';
import { addAuditCommands } from './commands/audit.ts';
import { addBackupCommands } from './commands/backup.ts';
import { addDatabaseCommands } from './commands/database.ts';
import { addEventCommands } from './commands/events.ts';
import { addImpactCommands } from './commands/impact.ts';
import { addLineageCommands } from './commands/lineage.ts';
import { addPolicyCommands } from './commands/policies.ts';
import { addScanCommands } from './commands/scan.ts';
import { addSearchCommands } from './commands/search.ts';
import { addSessionCommands } from './commands/session.ts';
import { addSourceCommands } from './commands/source.ts';
import { addStoreCommands } from './commands/stores.ts';
import { addTokenCommands } from './commands/token.ts';
import { addUserCommands } from './commands/user.ts';
import { addViolationCommands } from './commands/violations.ts';
import { createContext, type AddCommands } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { say, type Terminal } from './terminal.ts';

const NOUNS: readonly AddCommands[] = [
  addSessionCommands,
  addSourceCommands,
  addScanCommands,
  addSearchCommands,
  addAssetCommands,
  addLineageCommands,
  addImpactCommands,
  addPolicyCommands,
  addViolationCommands,
  addTokenCommands,
  addEventCommands,
  addDatabaseCommands,
  addStoreCommands,
  addUserCommands,
  addAuditCommands,
  addBackupCommands,
];

export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = new Command('pursight')
    .description(
      'PurSight from the command line. Reads PURSIGHT_URL (default http://127.0.0.1:4000) and PURSIGHT_TOKEN, or what signin saved.',
    )
    .option('--json', 'print data only, as JSON')
    .showSuggestionAfterError()
    .showHelpAfterError('(add --help for what this command takes)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
    })
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 not allowed, 4 PurSight cannot be reached.');
  const context = createContext(terminal);
  for (const addCommands of NOUNS) addCommands(program, context);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    return exitCodeOf(error, terminal);
  }
}

function exitCodeOf(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) {
    // It has said what is wrong. Asking for help is no mistake; calling `pursight` or `pursight source` bare is one.
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  if (error instanceof CliError) {
    say(terminal, error.message);
    return error.exitCode;
  }
  say(terminal, `The command failed: ${error instanceof Error ? error.message : String(error)}`);
  return EXIT.failed;
}
