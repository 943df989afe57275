import { CliError, EXIT } from '../errors.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { printJson, printLine } from '../output.ts';
import { isInteractive, prompt, readStdin } from '../terminal.ts';

export const addSessionCommands: AddCommands = (program, context) => {
  program
    .command('signin')
    .description('sign in; the session is kept in your own configuration folder')
    .option('--email <address>', 'asked for on a terminal')
    .option('--password-stdin', 'read the password from standard input (or set PURSIGHT_PASSWORD); on a terminal it is asked for')
    .action((options: { email?: string; passwordStdin?: boolean }, command) => signIn(context(command), options));
  program
    .command('signout')
    .description('end the session and forget it')
    .action((_options: unknown, command) => signOut(context(command)));
};

async function signIn(context: CommandContext, options: { email?: string; passwordStdin?: boolean }): Promise<void> {
  const { terminal } = context;
  const client = context.client();
  const interactive = isInteractive(terminal);
  if (!options.email && !interactive) throw new CliError('Say who signs in: --email <address>', EXIT.usage);
  const email = options.email ?? (await prompt(terminal, 'Email: ')).trim();
  const password = await readPassword(context, options.passwordStdin ?? false, interactive);
  await client.signIn(email, password);
  if (context.json) printJson(terminal, { url: client.url, email });
  else printLine(terminal, `Signed in to ${client.url} as ${email}.`);
}

async function readPassword({ terminal }: CommandContext, fromStdin: boolean, interactive: boolean): Promise<string> {
  if (fromStdin) return readStdin(terminal, 'password');
  if (terminal.env.PURSIGHT_PASSWORD) return terminal.env.PURSIGHT_PASSWORD;
  if (interactive) return prompt(terminal, 'Password: ', { hidden: true });
  throw new CliError('There is no terminal to ask on: give the password with --password-stdin or in PURSIGHT_PASSWORD.', EXIT.usage);
}

async function signOut(context: CommandContext): Promise<void> {
  const client = context.client();
  const signedOut = await client.signOut();
  if (context.json) printJson(context.terminal, { url: client.url, signedOut });
  else printLine(context.terminal, signedOut ? `Signed out of ${client.url}.` : `Nobody was signed in to ${client.url}.`);
}
