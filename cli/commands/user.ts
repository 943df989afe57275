/** Users, as far as they are nobody's to manage over the API: erasing one. */
import type { ErasedUser } from '#deploy/userTools.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { CliError, EXIT } from '../errors.ts';
import { printJson, printLine } from '../output.ts';
import { reaching } from '../reaching.ts';
import { findServerDatabase } from '../serverDatabase.ts';
import { drawBar, drawLine, isInteractive, prompt } from '../terminal.ts';

/** No other command waits for what these need. */
const loadTools = () => import('#deploy/userTools.ts');

export const addUserCommands: AddCommands = (program, context) => {
  const user = program.command('user').description('users (needs the database, not the API)').helpCommand(false);
  user
    .command('erase <email>')
    .description(
      'take a person out of PurSight for good: sign-in, roles, teams, ownership, their data in the event log, and the address wherever it stands. May be repeated after it was ended',
    )
    .option('--yes', 'do not ask')
    .action((email: string, { yes = false }: { yes?: boolean }, command) => erase(context(command), email, yes));
};

async function erase({ terminal, json }: CommandContext, email: string, yes: boolean): Promise<void> {
  if (!yes && !isInteractive(terminal)) throw new CliError('Erasing cannot be undone: repeat it with --yes to go on.', EXIT.usage);
  const place = findServerDatabase();
  const { eraseUser } = await loadTools();
  const erased = await reaching(() =>
    eraseUser(place, email.trim(), {
      async confirm(user) {
        if (yes) return;
        const question = user.isBegun
          ? `The erasure of ${user.email} was begun. Go on? [y/N] `
          : `Erase ${user.name} <${user.email}>? Nothing brings that back. [y/N] `;
        if (!/^y(es)?$/i.test((await prompt(terminal, question)).trim())) throw new CliError('Stopped: nothing was changed.');
      },
      onProgress: (what, { done, total }) => drawLine(terminal, `erase  ${drawBar(done, total)}  ${what}`),
    }).finally(() => drawLine(terminal, '')),
  );
  if (json) printJson(terminal, erased);
  else if (erased.waiting === 0) printLine(terminal, sentenceOf(erased));
  if (erased.waiting === 0) return;
  const events = count(erased.waiting, 'event that names the address has', 'events that name the address have');
  const by = erased.behind.length > 0 ? ` by ${erased.behind.join(', ')}` : '';
  throw new CliError(
    `Nobody can sign in as this user any more, but ${events} yet to be read${by}. Let PurSight run, and repeat this command.`,
  );
}

function sentenceOf({ userId, assets, sources, events, rows }: ErasedUser): string {
  const owned = [assets > 0 && count(assets, 'asset', 'assets'), sources > 0 && count(sources, 'source', 'sources')].filter(Boolean);
  const lost = owned.length > 0 ? `${owned.join(' and ')} lost an owner, ` : '';
  return `The user ${userId} is erased: ${lost}the data of ${count(events, 'event', 'events')} went, and the address was taken out of ${count(rows, 'row', 'rows')}.`;
}

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;
