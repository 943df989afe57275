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
  const { email, password } =
    options.email || interactive ? await askWhatIsMissing(context, options, interactive) : await readBoth(context);
  await client.signIn(email, password);
  if (context.json) printJson(terminal, { url: client.url, email });
  else printLine(terminal, `Signed in to ${client.url} as ${email}.`);
}

async function askWhatIsMissing(context: CommandContext, options: { email?: string; passwordStdin?: boolean }, interactive: boolean) {
  const email = options.email ?? (await prompt(context.terminal, 'Email: ')).trim();
  return { email, password: await readPassword(context, options.passwordStdin ?? false, interactive) };
}

/** From a script without a terminal: the answers to the two questions, a line each. */
async function readBoth({ terminal }: CommandContext): Promise<{ email: string; password: string }> {
  const [email, password] = (await readStdin(terminal, 'email and password')).split(/\r?\n/);
  if (!email || !password)
    throw new CliError(
      'Say who signs in: --email <address>, or a line with the email and one with the password on standard input.',
      EXIT.usage,
    );
  return { email: email.trim(), password };
}

async function readPassword({ terminal }: CommandContext, fromStdin: boolean, interactive: boolean): Promise<string> {
  if (fromStdin) return readStdin(terminal, 'password');
  if (terminal.env.PURSIGHT_PASSWORD) return terminal.env.PURSIGHT_PASSWORD;
  if (interactive) return prompt(terminal, 'Password: ', { hidden: true });
  return readStdin(terminal, 'password');
}

async function signOut(context: CommandContext): Promise<void> {
  const client = context.client();
  const signedOut = await client.signOut();
  if (context.json) printJson(context.terminal, { url: client.url, signedOut });
  else printLine(context.terminal, signedOut ? `Signed out of ${client.url}.` : `Nobody was signed in to ${client.url}.`);
}
