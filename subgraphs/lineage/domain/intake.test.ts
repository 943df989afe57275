import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { upsertClass } from '#platform/auth/access.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import type { ConsumedEvent } from '#platform/events/consumer.ts';
import { newId } from '#platform/ids.ts';
import { administrator, contextOf } from '#platform/testing/asking.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createRandom } from '../graph/testing/randomHistory.ts';
import { columnNodeId, jobNodeId } from '../store/nodeIds.ts';
import { feed } from './feed.ts';
import { createIntake, type Intake } from './intake.ts';

const NAMESPACE = 'postgres://host:5432';
const source = { id: newId() };
const other = { id: newId() };

let test: TestDatabase;
let sql: Database;
let classes: { own: number; other: number };
let intake: Intake;
let ids: Map<string, string>;
/** The clock of whoever takes events, in milliseconds. */
let now: number;
const at = (ms: number): Date => new Date(Date.UTC(2026, 0, 1) + ms);

beforeAll(async () => {
  test = await createTestDatabase();
  sql = test.connect('lineage');
  const catalog = test.connect('catalog');
  classes = {
    own: await upsertClass(catalog, { sourceId: source.id, domainId: null }),
    other: await upsertClass(catalog, { sourceId: other.id, domainId: null }),
  };
  intake = createIntake({ sql, onCommit: () => {}, now: () => at(now) });
});
afterAll(() => test.drop());
const TABLES = ['edges', 'columns', 'dependencies', 'assets', 'jobs', 'runs', 'told_runs', 'told_flows'];
const empty = async (): Promise<void> => {
  for (const table of TABLES) await sql.unsafe(`delete from lineage.${table}`);
};
beforeEach(async () => {
  await empty();
  ids = new Map();
  now = 1_000_000;
});

let seq = 0;
type Change = { accessClass?: number; type?: 'asset.created' | 'asset.updated' | 'asset.deleted'; time?: number; revived?: true };
/** What the log says of an asset: `name` is what the tests call it, `called` what it is called from then on. */
function changed(
  name: string,
  { accessClass = classes.own, type = 'asset.created', time = 0, revived }: Change = {},
  called = name,
): ConsumedEvent {
  const id = ids.get(name) ?? newId();
  ids.set(name, id);
  const before = type === 'asset.created' || revived ? {} : { accessBefore: accessClass };
  const after = type === 'asset.deleted' ? {} : { accessAfter: accessClass };
  return {
    seq: ++seq,
    type,
    subject: id,
    time: at(time),
    actorId: null,
    attributes: { ...before, ...after, namespace: NAMESPACE, name: called, kind: 'TABLE' },
    data: { namespace: NAMESPACE, name: called, kind: 'TABLE' } as ConsumedEvent['data'],
  };
}
const scan = (...events: ConsumedEvent[]) => sql.begin((tx) => feed(tx, events));
const have = (...names: string[]) => scan(...names.map((name) => changed(name)));

const dataset = (name: string) => ({ namespace: NAMESPACE, name });
type Moved = { from?: string[]; to?: string[]; job?: string; columns?: [from: string, to: string, type?: string][] };
/** `columns`: of the first output, from `table.column` to `column`. */
function moved({ from = [], to = [], job = 'nightly', columns }: Moved) {
  const fields = Object.fromEntries(
    [...Map.groupBy(columns ?? [], ([, column]) => column)].map(([column, all]) => [
      column,
      {
        inputFields: all.map(([read, , type = 'DIRECT']) => {
          const [table, field] = read.split('.') as [string, string];
          return { ...dataset(table), field, transformations: [{ type: type === 'CONDITIONAL' ? 'INDIRECT' : type, subtype: type }] };
        }),
      },
    ]),
  );
  const outputs = to.map((name, place) => ({ ...dataset(name), ...(place === 0 && columns && { facets: { columnLineage: { fields } } }) }));
  return { job: { namespace: 'airflow', name: job }, inputs: from.map(dataset), outputs };
}
const runIds = new Map<string, string>();
const runIdOf = (run: string): string => runIds.get(run) ?? (runIds.set(run, randomUUID()), runIds.get(run)!);
const event = (type: string, run: string, time: number, told: Moved = {}) => ({
  eventTime: at(time).toISOString(),
  eventType: type,
  run: { runId: runIdOf(run) },
  ...moved(told),
});
const tell = (events: unknown[], viewer: Viewer = administrator()) => intake.ingest(contextOf(viewer), events);
const told = async (...events: unknown[]): Promise<void> => {
  expect(await tell(events)).toMatchObject({ accepted: events.length, failed: [] });
};

/** `from>to kind begin-end job/run`, those that are none left out. */
async function flows(): Promise<string[]> {
  const rows = await sql<any[]>`
    select e.*, j.name as job, r.run_id as run from lineage.edges e
    left join lineage.jobs j on j.job_id = e.job_id left join lineage.runs r on r.id = e.run_id
    where e.origin = 'EVENT' and (e.valid_to is null or e.valid_to > e.valid_from)`;
  const columns = await sql<{ columnId: string; assetId: string; name: string }[]>`select * from lineage.columns`;
  const names = new Map([...ids].map(([name, id]) => [id, name]));
  for (const { columnId, assetId, name } of columns) names.set(columnId, `${names.get(assetId)}.${name}`);
  const runs = new Map([...runIds].map(([name, id]) => [id, name]));
  const ms = (moment: Date | null): number | string => (moment ? moment.getTime() - at(0).getTime() : '');
  return rows
    .map(({ fromId, toId, kind, transformation, validFrom, validTo, job, run }) => {
      const by = `${job}${run ? `/${runs.get(run)}` : ''}`;
      return `${names.get(fromId)}>${names.get(toId)}${kind === 'COLUMN' ? ` ${transformation}` : ''} ${ms(validFrom)}-${ms(validTo)} ${by}`;
    })
    .toSorted();
}
const runs = async (): Promise<unknown[]> =>
  (await sql<any[]>`select * from lineage.runs order by begun_at, id`).map(({ runId, state, startedAt, endedAt, begunAt }) =>
    [[...runIds].find(([, id]) => id === runId)![0], state, startedAt, endedAt, begunAt].map((each) =>
      each instanceof Date ? each.getTime() - at(0).getTime() : each,
    ),
  );

describe('what a run reads and writes', () => {
  it('flows from when it completed, by its job', async () => {
    await have('a', 'b', 'c');
    await told(event('START', 'one', 10, { from: ['a'], to: ['b'] }));
    expect([await flows(), await runs()]).toEqual([[], [['one', 'STARTED', 10, null, 10]]]);
    await told(event('COMPLETE', 'one', 20, { from: ['c'] }));
    expect(await flows()).toEqual(['a>b 20- nightly/one', 'c>b 20- nightly/one']);
    expect(await runs()).toEqual([['one', 'COMPLETED', 10, 20, 10]]);
    expect(await sql`select namespace, name, job_id from lineage.jobs`).toEqual([
      { namespace: 'airflow', name: 'nightly', jobId: jobNodeId('airflow', 'nightly') },
    ]);
  });

  it('ends where a later run tells it no more, and goes on where that tells it again', async () => {
    await have('a', 'b', 'c');
    await told(event('COMPLETE', 'one', 20, { from: ['a', 'c'], to: ['b'] }));
    await told(event('COMPLETE', 'two', 40, { from: ['a'], to: ['b'] }));
    const after = ['a>b 20- nightly/one', 'c>b 20-40 nightly/one'];
    expect(await flows()).toEqual(after);
    // An older one that comes later is known, and changes nothing else.
    await told(event('COMPLETE', 'older', 30, { from: ['c'], to: ['a', 'b'] }));
    expect(await flows()).toEqual(after);
    expect(await runs()).toEqual([
      ['one', 'COMPLETED', null, 20, 20],
      ['older', 'COMPLETED', null, 30, 30],
      ['two', 'COMPLETED', null, 40, 40],
    ]);
    await told(event('COMPLETE', 'three', 60, { from: ['c'], to: ['b'] }));
    expect(await flows()).toEqual(['a>b 20-60 nightly/one', 'c>b 20-40 nightly/one', 'c>b 60- nightly/three']);
  });

  it('is added to by a run that goes on, and neither begins nor ends with one that fails', async () => {
    await have('a', 'b', 'c');
    await told(event('COMPLETE', 'one', 20, { from: ['a'], to: ['b'] }));
    await told(event('START', 'two', 30, { from: ['a'], to: ['c'] }), event('FAIL', 'two', 40, { from: ['b'], to: ['c'] }));
    expect(await flows()).toEqual(['a>b 20- nightly/one']);
    await told(event('START', 'three', 50, { from: ['b'] }), event('RUNNING', 'three', 60, { to: ['c'] }));
    await told(event('ABORT', 'three', 70));
    expect(await flows()).toEqual(['a>b 20- nightly/one', 'b>c 60- nightly/three']);
    expect(await runs()).toEqual([
      ['one', 'COMPLETED', null, 20, 20],
      ['two', 'FAILED', 30, 40, 30],
      ['three', 'ABORTED', 50, 70, 50],
    ]);
    await told(event('COMPLETE', 'four', 80, { from: ['a'], to: ['b'] }));
    expect(await flows()).toEqual(['a>b 20- nightly/one', 'b>c 60-80 nightly/three']);
  });

  it('lies between columns, too, and then between their assets', async () => {
    await have('a', 'b', 'c');
    const columns: Moved['columns'] = [
      ['a.x', 'y'],
      ['a.z', 'y', 'INDIRECT'],
      ['c.x', 'y', 'CONDITIONAL'],
    ];
    await told(event('COMPLETE', 'one', 20, { from: ['a'], to: ['b'], columns }));
    expect(await flows()).toEqual([
      'a.x>b.y DIRECT 20- nightly/one',
      'a.z>b.y INDIRECT 20- nightly/one',
      'a>b 20- nightly/one',
      'c.x>b.y CONDITIONAL 20- nightly/one',
      'c>b 20- nightly/one',
    ]);
    expect(await sql`select column_id from lineage.columns where column_id = ${columnNodeId(ids.get('a')!, 'x')}`).toHaveLength(1);
    // Another transformation is another edge.
    await told(event('COMPLETE', 'two', 40, { from: ['a'], to: ['b'], columns: [['a.z', 'y']] }));
    expect(await flows()).toEqual([
      'a.x>b.y DIRECT 20-40 nightly/one',
      'a.z>b.y DIRECT 40- nightly/two',
      'a.z>b.y INDIRECT 20-40 nightly/one',
      'a>b 20- nightly/one',
      'c.x>b.y CONDITIONAL 20-40 nightly/one',
      'c>b 20-40 nightly/one',
    ]);
  });

  it('of a job that tells of itself is as of a run that completes then', async () => {
    await have('a', 'b', 'c');
    await told({ eventTime: at(20).toISOString(), ...moved({ from: ['a'], to: ['b'] }) });
    await told({ eventTime: at(40).toISOString(), ...moved({ from: ['a'], to: ['c'] }) });
    expect([await flows(), await runs()]).toEqual([['a>b 20-40 nightly', 'a>c 40- nightly'], []]);
    await told({ eventTime: at(50).toISOString(), dataset: dataset('a') });
    expect(await flows()).toHaveLength(2);
  });

  it('is of now where it is told for the future', async () => {
    await have('a', 'b');
    now = 50;
    await told(event('COMPLETE', 'one', 90, { from: ['a'], to: ['b'] }));
    expect(await flows()).toEqual(['a>b 50- nightly/one']);
  });
});

describe('events of a run', () => {
  const shuffled = <Item>(items: readonly Item[], random: ReturnType<typeof createRandom>): Item[] => {
    const all = [...items];
    for (let place = all.length - 1; place > 0; place--) {
      const from = random.between(0, place);
      [all[place], all[from]] = [all[from]!, all[place]!];
    }
    return all;
  };

  const seed = Number(process.env.SEED ?? randomInt(1_000_000));
  it(`make the same in any order, and however often they come (seed ${seed})`, { timeout: 120_000 }, async () => {
    const random = createRandom(seed);
    const names = ['a', 'b', 'c', 'd'];
    const some = () => names.filter(() => random.chance(1 / 3));
    const columns = (): Moved['columns'] =>
      names.filter(() => random.chance(1 / 3)).map((name) => [`${name}.x`, 'y', random.one(['DIRECT', 'INDIRECT', 'CONDITIONAL'])]);
    for (let round = 0; round < 12; round++) {
      const types = ['START', 'RUNNING', 'RUNNING', 'OTHER', ...(random.chance(1 / 3) ? ['FAIL'] : ['COMPLETE', 'OTHER'])];
      const events = types.map((type, place) => {
        const to = some();
        return event(type, 'run', 100 + 10 * place, { from: some(), to, ...(to.length > 0 && { columns: columns() }) });
      });
      const first = event('COMPLETE', 'first', 50, { from: some(), to: ['a'], columns: columns() });
      const last = random.chance(1 / 2) ? [event('COMPLETE', 'last', 500, { from: some(), to: ['b'], columns: columns() })] : [];
      const outcomes: unknown[] = [];
      for (let tried = 0; tried < 5; tried++) {
        await empty();
        await have(...names);
        await told(first);
        const order = tried === 0 ? events : shuffled([...events, ...(tried > 2 ? events : [])], random);
        // In one transaction, or in one for each.
        if (tried % 2 === 0) for (const each of order) await told(each);
        else await told(...order);
        if (last.length > 0) await told(...last);
        const [{ open }] = (await sql`
          select count(*) as open from lineage.told_flows t full join lineage.edges e
            on e.from_id = t.from_id and e.to_id = t.to_id and e.kind = t.kind and e.valid_to is null
          where (t.until is null and e.valid_to is null) and (t.job_id is null or e.id is null)`) as [{ open: number }];
        expect(open).toBe(0);
        outcomes.push({ flows: await flows(), runs: await runs() });
      }
      for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
    }
  });

  it('are kept as long as they may count', async () => {
    await have('a', 'b');
    for (let run = 0; run < 20; run++) {
      await told(
        event('START', `run ${run}`, 100 * run),
        event(run % 3 ? 'COMPLETE' : 'FAIL', `run ${run}`, 100 * run + 50, { from: ['a'], to: ['b'] }),
      );
    }
    expect(await sql`select count(*) from lineage.told_runs`).toEqual([{ count: 1 }]);
    for (let run = 0; run < 120; run++) await told(event('START', `open ${run}`, 10_000 + run, { from: ['a'], to: ['b'] }));
    expect(await sql`select count(*) from lineage.told_runs`).toEqual([{ count: 101 }]);
    expect(await flows()).toEqual(['a>b 150- nightly/run 1']);
  });
});
