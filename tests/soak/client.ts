/** One of many clients: it looks, edits, scans and listens as its dice say, and tells of whatever should not have come. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectLive, type Payload, type Stream } from '#platform/testing/liveClient.ts';
import type { Random } from '#subgraphs/catalog/connectors/postgres/testing/randomSchema.ts';
import type { Estate, Person } from './estate.ts';
import { EDITS, LOOKS, STREAMS, type Operation, type StreamKind, type Things } from './operations.ts';
import { send } from './product.ts';

/** What all clients found together. */
export type Tally = {
  /** Milliseconds of each answer, by the operation's name. */
  took: Map<string, number[]>;
  /** Errors that clients of the same things must reckon with, by code. */
  expected: Map<string, number>;
  /** What must not be, by what it is: how often, and the first. */
  wrong: Map<string, { times: number; first: string }>;
};

/** What came of one subscription. */
export type Listening = {
  kind: StreamKind;
  isFull: boolean;
  /** Wall-clock milliseconds. */
  openedAt: number;
  /** The seq that it goes on after, and those that came, with their wall-clock milliseconds. */
  after: number;
  received: { seq: number; at: number }[];
};

/** Why an edit of somebody else's may be refused. */
const EXPECTED: Readonly<Record<string, string>> = {
  CONFLICT: 'somebody else was there first',
  NOT_FOUND: 'a scan found it gone',
};
const SCANNED = ['COMPLETED', 'COMPLETED_WITH_WARNINGS'];
const SCAN_PATIENCE_MS = 60_000;
/** How long a client waits between two steps on average, and how many it takes at most. */
export type Pace = { pauseMs: number; steps: number };

/** `run` ends after its steps, or when it is told to. */
export type Client = { run(pace: Pace, ending: AbortSignal): Promise<void>; listenings: readonly Listening[]; close(): void };

const now = (): number => performance.timeOrigin + performance.now();

export function createClient(
  url: string,
  { token, isFull }: Person,
  { estate, random, tally }: { estate: Estate; random: Random; tally: Tally },
): Client {
  const things: Things = { assets: [], columns: [], violations: [] };
  const listenings: Listening[] = [];
  let stream: Stream | undefined;
  const blame = (what: string, example: string): void => {
    const known = tally.wrong.get(what);
    if (known) known.times++;
    else tally.wrong.set(what, { times: 1, first: example.slice(0, 500) });
  };
  const live = connectLive(url, token, (_query, payload) => receive(payload));

  function receive({ data, errors }: Payload): void {
    const listening = listenings.at(-1)!;
    const cursor = Object.values<any>(data ?? {})[0]?.cursor;
    if (errors || !cursor) return blame(`${listening.kind.name}: a payload with errors`, JSON.stringify({ data, errors }));
    listening.received.push({ seq: seqOf(cursor), at: now() });
    last = cursor;
  }
  /** The cursor that this client has come to. */
  let last: string;

  /** Undefined where it was refused as may be. */
  async function ask({ name, query, variables }: Operation): Promise<any> {
    const startedAt = performance.now();
    const answer = await send(url, token, query, variables).catch((error: unknown) => blame(`${name}: no answer`, String(error)));
    if (!answer) return undefined;
    if (!tally.took.has(name)) tally.took.set(name, []);
    tally.took.get(name)!.push(performance.now() - startedAt);
    const { data, errors = [] } = answer;
    const refused = [...errors.map(({ message, extensions: { code } }) => ({ message, code })), ...itemErrors(data)];
    for (const { message, code } of refused) {
      if (code in EXPECTED && query.startsWith('mutation')) tally.expected.set(code, (tally.expected.get(code) ?? 0) + 1);
      else blame(`${name}: ${code}`, `${message} ${JSON.stringify(variables)}`);
    }
    return errors.length > 0 ? undefined : data;
  }

  function listen(): void {
    if (stream?.ended()) blame('a subscription ended', JSON.stringify(stream.ended()));
    stream?.stop();
    const kind = random.pick(STREAMS);
    listenings.push({ kind, isFull, openedAt: now(), after: seqOf(last), received: [] });
    stream = live.subscribe(kind.query, { after: last });
  }

  async function scan(): Promise<void> {
    const source = random.pick(estate.sources);
    if (!isFull && !things.assets.some(({ sourceId }) => sourceId === source.id)) return;
    await source.change(random);
    const started = await ask({
      name: 'startScan',
      query: 'mutation ($id: ID!) { startScan(input: { sourceId: $id }) { run { id } } }',
      variables: { id: source.id },
    });
    if (!started) return;
    for (const until = performance.now() + SCAN_PATIENCE_MS; ; await sleep(250)) {
      const { id } = started.startScan.run;
      const data = await ask({ name: 'scanRun', query: 'query ($id: ID!) { scanRun(id: $id) { status error } }', variables: { id } });
      const status = data?.scanRun?.status;
      if (SCANNED.includes(status)) return;
      if (!['QUEUED', 'RUNNING'].includes(status)) return blame(`a scan ended ${status}`, JSON.stringify(data));
      if (performance.now() > until) return blame('a scan goes on and on', id);
    }
  }

  async function look(): Promise<void> {
    const data = await ask(random.pick(LOOKS)(random, things, estate));
    if (data) remember(things, data);
  }

  async function edit(): Promise<void> {
    const operation = random.pick(EDITS)(random, things, estate);
    if (operation) await ask(operation);
  }

  return {
    listenings,
    async run({ pauseMs, steps }, ending) {
      // Not all at once.
      await sleep(random.below(2 * pauseMs));
      const data = await ask({ name: 'head', query: '{ events(first: 1, direction: DESC) { edges { cursor } } }', variables: {} });
      last = data.events.edges[0].cursor;
      await look();
      listen();
      for (let step = 0; step < steps && !ending.aborted; step++) {
        const dice = random.below(100);
        if (dice < 65) await look();
        else if (dice < 90) await edit();
        else if (dice < 92) await scan();
        else listen();
        await sleep(random.below(2 * pauseMs));
      }
      if (stream?.ended()) blame('a subscription ended', JSON.stringify(stream.ended()));
    },
    close: () => void live.close(),
  };
}

const seqOf = (cursor: string): number => Number(cursor.split('.')[1]);

/** Of what a batch tells item by item. */
function itemErrors(data: any): { code: string; message: string }[] {
  return Object.values<any>(data ?? {}).flatMap((field) => (field?.results ?? []).flatMap((result: any) => result.error ?? []));
}

const MOST_THINGS = 60;

/** What it saw it may edit later: with the version of then. */
function remember(things: Things, value: any): void {
  if (value === null || typeof value !== 'object') return;
  if (value.__typename === 'Asset') things.assets.unshift({ id: value.id, version: value.version, sourceId: value.source?.id });
  if (value.__typename === 'Column') things.columns.unshift({ id: value.id, version: value.version });
  if (value.__typename === 'Violation') things.violations.unshift({ id: value.id, status: value.status });
  for (const list of Object.values(things)) list.length = Math.min(list.length, MOST_THINGS);
  for (const each of Object.values(value)) remember(things, each);
}
