/** What every command gets: the terminal, the client, and whether to print JSON. */
import type { Command } from 'commander';
import { createClient, parseServerUrl, parseToken, type Client } from './client.ts';
import { configFolder, createSessionStore } from './session.ts';
import { say, type Terminal } from './terminal.ts';

const DEFAULT_URL = 'http://127.0.0.1:4000';

export type CommandContext = {
  terminal: Terminal;
  json: boolean;
  /** Made at first use: `database url` needs none. */
  client(): Client;
};

/** Adds commands of one noun to the program. */
export type AddCommands = (program: Command, context: (command: Command) => CommandContext) => void;

export function createContext(terminal: Terminal): (command: Command) => CommandContext {
  let client: Client | undefined;
  return (command) => ({
    terminal,
    json: Boolean(command.optsWithGlobals<{ json?: boolean }>().json),
    client: () =>
      (client ??= createClient({
        url: parseServerUrl(terminal.env.PURSIGHT_URL || DEFAULT_URL),
        token: parseToken(terminal.env.PURSIGHT_TOKEN),
        store: createSessionStore(configFolder(terminal.env)),
        onPartial: (message) => say(terminal, message),
      })),
  });
}
