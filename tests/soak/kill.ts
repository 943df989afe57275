/**
 * kill -9 of all processes in the middle of what they do, again and again: what they come to is what they would have come to without it, the log
 * has no gap, and whoever subscribed and came back got each event once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '#subgraphs/catalog/connectors/postgres/testing/randomSchema.ts';
import { follow, type Follower } from './follower.ts';
import { createProcesses, type Processes } from './processes.ts';
import type { SoakContext } from './run.ts';
import { readState, type State } from './state.ts';
import { beginStory } from './story.ts';

const ROUNDS = 20;
const MOST_START_MS = 15_000;
/** In one round of so many PostgreSQL goes, too. */
const POSTGRES = 3;
/** How long deliveries, and a copy of the lineage, may take once nothing is changed any more. */
const SETTLE_MS = 30_000;
const MOST_TOLD = 10;

export async function run({ seed, say }: SoakContext): Promise<string[]> {
  const rounds = Number(process.env.ROUNDS ?? ROUNDS);
  const { NEO4J_URL = '', NEO4J_USER = '', NEO4J_PASSWORD = '' } = process.env;
  const environment: Record<string, string> = NEO4J_URL ? { NEO4J_URL, NEO4J_USER, NEO4J_PASSWORD } : {};
  return await killRounds({ seed, rounds, isSplit: true, environment, mostStartMs: MOST_START_MS, say });
}

/** `environment`: of what is killed; what is left in peace has its lineage in PostgreSQL. */
type Options = {
  seed: number;
  rounds: number;
  isSplit: boolean;
  environment?: Record<string, string>;
  /** How long a restart may take. */
  mostStartMs: number;
  say(text: string): void;
};

/** Gives what is wrong, in a sentence each. */
export async function killRounds({ isSplit, environment, ...story }: Options): Promise<string[]> {
  const calm = await tell(await createProcesses({ isSplit }), story);
  const processes = await createProcesses({ isSplit, environment });
  const { wrong } = await tell(processes, { ...story, kills: { durations: calm.durations, expected: calm.state } });
  return [...calm.wrong.map((sentence) => `Without a kill: ${sentence}`), ...wrong];
}

/** `durations`: how long each round takes when it is left in peace, in milliseconds. */
type Kills = { durations: readonly number[]; expected: State };
type Told = { state: State; durations: number[]; wrong: string[] };

async function tell(
  processes: Processes,
  { seed, rounds, mostStartMs, say, kills }: Omit<Options, 'isSplit' | 'environment'> & { kills?: Kills },
): Promise<Told> {
  const random = createRandom(seed);
  const durations: number[] = [];
  const wrong: string[] = [];
  let follower: Follower | undefined;
  try {
    await processes.start();
    const story = await beginStory(processes, seed);
    follower = follow(processes.url, story.token, story.cursor);
    for (let round = 0; round < rounds; round++) {
      await story.changeSource(round);
      const startedAt = performance.now();
      const playing = story.play(round);
      playing.catch(() => {}); // thrown where it is awaited
      if (kills) {
        const after = random.below(kills.durations[round]!);
        const postgres = random.below(POSTGRES) === 0;
        await sleep(after);
        await processes.kill({ postgres });
        const readyMs = await timed(() => processes.start());
        say(
          `  round ${round + 1}: killed after ${after} ms${postgres ? ', PostgreSQL, too' : ''}; ready again after ${(readyMs / 1_000).toFixed(1)} s`,
        );
        if (readyMs > mostStartMs) wrong.push(`Round ${round + 1}: it was ready again only after ${(readyMs / 1_000).toFixed(1)} s.`);
      }
      await playing;
      durations.push(performance.now() - startedAt);
    }
    const state = await readUntil(() => readState(story.ask), kills?.expected);
    say(
      `  ${kills ? 'killed' : 'in peace'}: ${rounds} rounds in ${(durations.reduce((sum, each) => sum + each, 0) / 1_000).toFixed(0)} s, ${state.length} things; ` +
        `the subscriber was told over ${follower.connections()} connections; ${story.failedScans()} scans failed`,
    );
    if (kills) wrong.push(...describeDifferences(state, kills.expected));
    wrong.push(...(await findOddities(processes)), ...(await findUndelivered(processes, follower, story.cursor)));
    return { state, durations, wrong };
  } finally {
    await follower?.stop();
    await processes.stop();
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** What is copied from the log may be a moment behind. */
async function readUntil(read: () => Promise<State>, expected: State | undefined): Promise<State> {
  for (const until = performance.now() + SETTLE_MS; ; await sleep(500)) {
    const state = await read();
    if (!expected || performance.now() > until || state.join('\n') === expected.join('\n')) return state;
  }
}

function describeDifferences(state: State, expected: State): string[] {
  const [has, wanted] = [new Set(state), new Set(expected)];
  const differences = [
    ...expected.filter((line) => !has.has(line)).map((line) => `Missing: ${line}`),
    ...state.filter((line) => !wanted.has(line)).map((line) => `Not to be: ${line}`),
    ...(state.length === expected.length ? [] : [`There are ${state.length} things instead of ${expected.length}.`]),
  ];
  return differences.length > MOST_TOLD
    ? [...differences.slice(0, MOST_TOLD), `… and ${differences.length - MOST_TOLD} more differences.`]
    : differences;
}

/** What must hold in the tables, whatever happened. */
async function findOddities({ look }: Processes): Promise<string[]> {
  return await look(async (sql) => {
    const wrong: string[] = [];
    const [log] = await sql<{ count: number; first: number; last: number; head: number }[]>`
      select count(*)::int as count, min(seq) as first, max(seq) as last, (select seq from events.head) as head from events.log`;
    const { count, first, last, head } = log!;
    if (first !== 1 || last !== head || count !== head) {
      wrong.push(`The log has ${count} events with numbers from ${first} to ${last}, and its head is ${head}.`);
    }
    const versions = await sql<{ name: string; version: number; events: number; rows: number }[]>`
      select a.name, a.version, (select count(*)::int from events.log l where l.subject = a.id::text and l.type like 'asset.%') as events,
        (select count(*)::int from catalog.asset_versions v where v.asset_id = a.id) as rows
      from catalog.assets a`;
    for (const { name, version, events, rows } of versions) {
      if (events !== version || rows !== version)
        wrong.push(`${name} has version ${version}, ${rows} of them are kept, and ${events} events tell of it.`);
    }
    const doubled = await sql<{ name: string; policy: string; count: number }[]>`
      select a.name, p.name as policy, count(*)::int as count
      from policy.violations v join catalog.assets a on a.id = v.asset_id join policy.policies p on p.id = v.policy_id
      where v.status <> 'RESOLVED' group by v.policy_id, v.asset_id, v.column_id, a.name, p.name having count(*) > 1`;
    for (const each of doubled) wrong.push(`${each.policy} found ${each.name} ${each.count} times.`);
    const told = await sql<{ subject: string; count: number }[]>`
      select subject, count(*)::int as count from events.log where type = 'policy.violated' group by subject having count(*) > 1`;
    for (const { subject, count: times } of told) wrong.push(`The violation ${subject} was raised ${times} times.`);
    const failures = await sql<{ consumer: string; seq: number }[]>`select consumer, seq from events.failures`;
    for (const { consumer, seq } of failures) wrong.push(`${consumer} could not handle event ${seq}.`);
    return wrong;
  });
}

/** Each event after the cursor once, and in order. */
async function findUndelivered({ look }: Processes, follower: Follower, cursor: string): Promise<string[]> {
  const expected = await look(async (sql) => {
    const rows = await sql<{ seq: number }[]>`select seq from events.log where seq > ${Number(cursor.split('.')[1])} order by seq`;
    return rows.map(({ seq }) => seq);
  });
  for (const until = performance.now() + SETTLE_MS; performance.now() < until && follower.received.length < expected.length;)
    await sleep(50);
  const came = follower.received.slice(0, expected.length);
  const odd = expected.findIndex((seq, place) => came[place] !== seq);
  return [
    ...follower.wrong.map((what) => `The subscriber was told: ${what}`),
    ...(odd < 0
      ? []
      : [`The subscriber got event ${came[odd] ?? 'none'} where ${expected[odd]} was to come, after ${came[odd - 1] ?? 'the beginning'}.`]),
  ];
}
