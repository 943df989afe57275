import { CliError, EXIT } from '../errors.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { follow } from '../follow.ts';
import { formatTime, printJson, printLine, printTable } from '../output.ts';
import { say } from '../terminal.ts';

const FIELDS = 'id seq type source subject time data hash';
const EVENTS = `query Events($first: Int!, $after: String, $types: [String!]) {
  events(first: $first, after: $after, types: $types) { edges { cursor node { ${FIELDS} } } }
}`;
const FOLLOW = `subscription Follow($after: String, $types: [String!]) {
  eventPublished(after: $after, types: $types) { cursor event { ${FIELDS} } }
}`;
type Event = { id: string; seq: number; type: string; source: string; subject: string | null; time: string; data: unknown; hash: string };
type EventEdge = { cursor: string; node: Event };
type EventOptions = { type: string[]; after?: string; limit?: string; follow?: boolean };

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
    .option('--limit <number>', 'how many, at most 200; 50 unless given')
    .option('--follow', 'what happens from now on (or after the cursor), until Ctrl-C; with --json an object a line')
    .action((options: EventOptions, command) => (options.follow ? followEvents : list)(context(command), options));
};

async function list(context: CommandContext, { type, after, limit = '50' }: EventOptions): Promise<void> {
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

/** As wide as the longest type, so that lines that come one by one stand below each other. */
const TYPE_WIDTH = 'classification.confirmed'.length;

async function followEvents({ terminal, json, client }: CommandContext, { type, after, limit }: EventOptions): Promise<void> {
  if (limit !== undefined) throw new CliError('--limit is for a list; --follow goes on until Ctrl-C.', EXIT.usage);
  const stopped = new AbortController();
  const leave = terminal.onInterrupt(() => stopped.abort());
  try {
    await follow<{ eventPublished: { cursor: string; event: Event | null } }>({
      client: client(),
      terminal,
      query: FOLLOW,
      variables: { after, types: type.length > 0 ? type : undefined },
      signal: stopped.signal,
      onPayload({ eventPublished: { cursor, event } }, errors) {
        for (const { message } of errors) say(terminal, `A part of ${cursor} is missing: ${message}`);
        if (json) terminal.stdout.write(`${JSON.stringify({ cursor, ...event })}\n`);
        else if (event)
          printLine(terminal, `${cursor}  ${formatTime(event.time)}  ${event.type.padEnd(TYPE_WIDTH)}  ${event.subject ?? '-'}`);
        return cursor;
      },
    });
  } finally {
    leave();
  }
}
