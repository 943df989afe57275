import { CliError, EXIT } from '../errors.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { formatTime, printJson, printTable } from '../output.ts';

const EVENTS = `query Events($first: Int!, $after: String, $types: [String!]) {
  events(first: $first, after: $after, types: $types) {
    edges { cursor node { id seq type source subject time data hash } }
  }
}`;
type EventEdge = {
  cursor: string;
  node: { id: string; seq: number; type: string; source: string; subject: string | null; time: string; data: unknown; hash: string };
};
type EventOptions = { type: string[]; after?: string; limit: string; follow?: boolean };

export const addEventCommands: AddCommands = (program, context) => {
  program
    .command('events')
    .description('what happened, in order; each line begins with the cursor to go on from')
    .option(
      '--type <type>',
      'only this, for example scan.completed or asset.*; may be given again',
      (type: string, before: string[]) => [...before, type],
      [],
    )
    .option('--after <cursor>', 'what came after this')
    .option('--limit <number>', 'how many, at most 200', '50')
    .option('--follow', 'not yet: it comes with live events')
    .action((options: EventOptions, command) => list(context(command), options));
};

async function list(context: CommandContext, { type, after, limit, follow }: EventOptions): Promise<void> {
  if (follow)
    throw new CliError(
      '--follow comes with live events, which this version does not have yet. Without it, the log is listed; go on with --after <cursor>.',
      EXIT.usage,
    );
  const first = Number(limit);
  if (!Number.isInteger(first) || first < 1 || first > 200) throw new CliError('--limit takes a number from 1 to 200.', EXIT.usage);
  const { events } = await context
    .client()
    .request<{ events: { edges: EventEdge[] } | null }>(EVENTS, { first, after, types: type.length > 0 ? type : undefined });
  const edges = events?.edges ?? [];
  if (context.json)
    return printJson(
      context.terminal,
      edges.map(({ cursor, node }) => ({ cursor, ...node })),
    );
  printTable(
    context.terminal,
    ['CURSOR', 'AT (UTC)', 'TYPE', 'SUBJECT'],
    edges.map(({ cursor, node }) => [cursor, formatTime(node.time), node.type, node.subject]),
  );
}
