import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { upsertClass } from '#platform/auth/access.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import type { ConsumedEvent } from '#platform/events/consumer.ts';
import { newId } from '#platform/ids.ts';
import { administrator, contextOf, readerOf, viewerWith } from '#platform/testing/asking.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { countStatements } from '#platform/testing/statements.ts';
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

describe('what several jobs tell', () => {
  it('is open as long as one of them does, and names the one that opened it', async () => {
    await have('a', 'b');
    const both = { from: ['a'], to: ['b'] };
    await told(event('COMPLETE', 'one', 20, both), event('COMPLETE', 'two', 30, { ...both, job: 'hourly' }));
    expect(await flows()).toEqual(['a>b 20- nightly/one']);
    await told(event('COMPLETE', 'three', 40, { from: ['a'] }));
    expect(await flows()).toEqual(['a>b 20-40 nightly/one', 'a>b 40- hourly/two']);
    await told(event('COMPLETE', 'four', 50, both));
    expect(await flows()).toEqual(['a>b 20-40 nightly/one', 'a>b 40- hourly/two']);
    await told(event('COMPLETE', 'five', 60, { job: 'hourly' }), event('COMPLETE', 'six', 70));
    expect(await flows()).toEqual(['a>b 20-40 nightly/one', 'a>b 40-60 hourly/two', 'a>b 60-70 nightly/four']);
  });

  it('passes from one to the other within a batch, also where one had never told it after all', async () => {
    // So many, and in such an order, that a sort turns some round.
    const from = Array.from({ length: 100 }, (_, place) => `a${place}`);
    await have(...from);
    const both = { from: from.map((_, place) => from[(place * 37) % 100]!), to: ['b'] };
    await told(event('COMPLETE', 'one', 20, both), event('COMPLETE', 'two', 20, { ...both, job: 'hourly' }));
    await scan(changed('b', { time: 50 }));
    const [first, second] = (await flows())[0]!.includes('nightly') ? ['nightly', 'hourly'] : ['hourly', 'nightly'];
    await told(
      event('COMPLETE', 'three', 30, { job: first }),
      event('COMPLETE', 'four', 60, { job: second }),
      event('COMPLETE', 'five', 60, { ...both, job: 'weekly' }),
    );
    expect((await flows()).map((flow) => flow.replace(/^\w+|\/.*/g, ''))).toEqual(
      from.flatMap(() => [`>b 50-60 ${second}`, '>b 60- weekly']),
    );
  });

  it('is theirs alone, also where their runs have the same id', async () => {
    await have('a', 'b', 'c');
    await told(
      event('COMPLETE', 'one', 20, { from: ['a'], to: ['b'] }),
      event('FAIL', 'one', 30, { from: ['a'], to: ['c'], job: 'hourly' }),
    );
    expect(await runs()).toEqual([
      ['one', 'COMPLETED', null, 20, 20],
      ['one', 'FAILED', null, 30, 30],
    ]);
    expect(await flows()).toEqual(['a>b 20- nightly/one']);
  });

  it('leaves what sources and people tell alone', async () => {
    await have('a', 'b');
    const insert = (origin: string) => sql`
      insert into lineage.edges (from_id, to_id, kind, origin, valid_from)
      values (${ids.get('a')!}, ${ids.get('b')!}, 'TABLE', ${origin}, ${at(1)})`;
    for (const origin of ['NATIVE', 'DECLARED']) await insert(origin);
    await told(event('COMPLETE', 'one', 20, { from: ['a'], to: ['b'] }), event('COMPLETE', 'two', 30));
    expect(await flows()).toEqual(['a>b 20-30 nightly/one']);
    expect(await sql`select origin from lineage.edges where valid_to is null order by origin`).toEqual([
      { origin: 'DECLARED' },
      { origin: 'NATIVE' },
    ]);
  });
});

describe('whatever several jobs tell, in whatever order', () => {
  // Others' intervals that end at the same moment, and one step that takes back two, come with these.
  const seeds = [372_689, 1_052, Number(process.env.SEED ?? randomInt(1_000_000))];
  it.each(seeds)('flows as long as one of them tells it (seed %i)', { timeout: 120_000 }, async (seed) => {
    const random = createRandom(seed);
    const names = ['a', 'b', 'c'];
    const some = () => names.filter(() => random.chance(1 / 2));
    for (let round = 0; round < 10; round++) {
      await empty();
      await have(...names.slice(0, 2));
      const events = Array.from({ length: 60 }, () => {
        const job = random.one(['one', 'two', 'three']);
        const to = some();
        const columns =
          to.length > 0 && random.chance(1 / 3) ? { columns: [['a.x', 'y', random.one(['DIRECT', 'INDIRECT'])]] as Moved['columns'] } : {};
        const type = random.one(['START', 'RUNNING', 'COMPLETE', 'COMPLETE', 'COMPLETE', 'FAIL', 'OTHER']);
        // Many at the same moment.
        return event(type, `${job} ${random.between(1, 5)}`, random.between(1, 20), { from: some(), to, job, ...columns! });
      });
      for (let from = 0; from < events.length;) {
        const size = random.between(1, 20);
        await told(...events.slice(from, from + size));
        from += size;
        if (random.chance(1 / 8)) await scan(changed('c', { time: 10 }));
      }
      const wrong = await sql`
        select t.from_id, t.to_id, t.kind, e.job_id from (select * from lineage.told_flows where until is null) t
        full join (select * from lineage.edges where valid_to is null) e on e.from_id = t.from_id and e.to_id = t.to_id and e.kind = t.kind
        group by t.from_id, t.to_id, t.kind, e.job_id, e.id having e.id is null or not coalesce(bool_or(t.job_id = e.job_id), false)`;
      expect(wrong).toEqual([]);
      const overlapping = await sql`
        select from lineage.edges a join lineage.edges b using (from_id, to_id, kind, origin)
        where a.id < b.id and (a.valid_to is null or a.valid_to > a.valid_from) and (b.valid_to is null or b.valid_to > b.valid_from)
          and a.valid_from < coalesce(b.valid_to, 'infinity') and b.valid_from < coalesce(a.valid_to, 'infinity')`;
      expect(overlapping).toEqual([]);
    }
  });
});

describe('a dataset that is no asset yet', () => {
  it('has its flows when an asset of its name comes, by whatever way', async () => {
    await have('a', 'old');
    await told(event('COMPLETE', 'one', 20, { from: ['a', 'b', 'c'], to: ['d'], columns: [['a.x', 'y']] }));
    expect(await flows()).toEqual([]);
    await scan(changed('d', { time: 50 }));
    expect(await flows()).toEqual(['a.x>d.y DIRECT 50- nightly/one', 'a>d 50- nightly/one']);
    const renamed = changed('old', { type: 'asset.updated', time: 60 }, 'b');
    await scan(renamed);
    // An asset that was scanned before the run, and whose event comes late.
    await scan(changed('c', { time: 5 }));
    const all = ['a.x>d.y DIRECT 50- nightly/one', 'a>d 50- nightly/one', 'c>d 50- nightly/one', 'old>d 60- nightly/one'];
    expect(await flows()).toEqual(all);
    // Again, and in the words of the run itself.
    await scan(renamed);
    await told(event('OTHER', 'one', 20, { from: ['a', 'b', 'c'], to: ['d'], columns: [['a.x', 'y']] }));
    expect(await flows()).toEqual(all);
  });

  it('has none of a run that a later one has taken the place of', async () => {
    await have('a');
    await told(event('COMPLETE', 'one', 20, { from: ['a'], to: ['b'] }), event('COMPLETE', 'two', 30, { from: ['a'], to: ['c'] }));
    await scan(changed('b', { time: 50 }), changed('c', { time: 50 }));
    expect(await flows()).toEqual(['a>c 50- nightly/two']);
  });

  it('is found by the names that a producer has for it besides', async () => {
    await have('a', 'b');
    const path = { namespace: 's3://bucket', name: 'warehouse/b' };
    const identifiers = [{ ...dataset('b'), type: 'TABLE' }];
    await told({ ...event('COMPLETE', 'one', 20, { from: ['a'] }), outputs: [{ ...path, facets: { symlinks: { identifiers } } }] });
    expect(await flows()).toEqual(['a>b 20- nightly/one']);
  });
});

describe('an asset that is deleted', () => {
  it('keeps its flows until a run tells otherwise, and has them again when it is revived', async () => {
    await have('a', 'b', 'c');
    const both = { from: ['a', 'c'], to: ['b'] };
    await told(event('COMPLETE', 'one', 20, both));
    await scan(changed('a', { type: 'asset.deleted', time: 30 }));
    await told(event('COMPLETE', 'two', 40, both), event('START', 'two', 35, both));
    expect(await flows()).toEqual(['a>b 20- nightly/one', 'c>b 20- nightly/one']);
    await told(event('COMPLETE', 'three', 50, { from: ['c'], to: ['b'] }));
    expect(await flows()).toEqual(['a>b 20-50 nightly/one', 'c>b 20- nightly/one']);
    await told(event('COMPLETE', 'four', 60, both));
    await scan(changed('a', { type: 'asset.updated', revived: true, time: 70 }));
    expect(await flows()).toEqual(['a>b 20-50 nightly/one', 'a>b 70- nightly/four', 'c>b 20- nightly/one']);
  });
});

describe('who may tell of one source only', () => {
  const scoped = viewerWith({ role: 'INGESTOR', sourceId: source.id });
  const tellScoped = async (...events: unknown[]) => {
    // Nothing in the answer depends on what there is.
    const { cursor: _, ...answer } = await tell(events, scoped);
    expect(answer).toEqual({ accepted: events.length, failed: [] });
  };
  beforeEach(() =>
    scan(changed('a'), changed('b'), changed('far', { accessClass: classes.other }), changed('farther', { accessClass: classes.other })),
  );

  it('tells of what flows into its assets, from wherever', async () => {
    await tellScoped(event('COMPLETE', 'one', 20, { from: ['a', 'far', 'unknown'], to: ['b', 'farther', 'unknown too'] }));
    expect(await flows()).toEqual(['a>b 20- nightly/one', 'far>b 20- nightly/one']);
    await scan(changed('unknown', { time: 50 }), changed('unknown too', { time: 50 }));
    expect(await flows()).toEqual(['a>b 20- nightly/one', 'far>b 20- nightly/one', 'unknown>b 50- nightly/one']);
  });

  it('leaves no trace of what it may not tell', async () => {
    await tellScoped(
      event('START', 'one', 10),
      event('COMPLETE', 'one', 20, { from: ['a'], to: ['far', 'nothing'], columns: [['a.x', 'y']] }),
    );
    expect([await flows(), await runs(), await sql`select * from lineage.jobs`]).toEqual([[], [], []]);
  });

  it('ends only what flows into its assets, and holds up nobody who tells of others', async () => {
    await told(event('COMPLETE', 'one', 20, { from: ['a'], to: ['b', 'far'] }));
    await tellScoped(event('COMPLETE', 'two', 40));
    expect(await flows()).toEqual(['a>b 20-40 nightly/one', 'a>far 20- nightly/one']);
    // Told before that, of an asset that it may not tell of.
    await told(event('COMPLETE', 'three', 30, { from: ['b'], to: ['far', 'a'] }));
    expect(await flows()).toEqual(['a>b 20-40 nightly/one', 'a>far 20-30 nightly/one', 'b>far 30- nightly/three']);
    // And who may tell of everything ends what was told here.
    await tellScoped(event('COMPLETE', 'four', 50, { from: ['far'], to: ['b'] }));
    await told(event('COMPLETE', 'five', 60));
    expect((await flows()).filter((flow) => / \d+- /.test(flow))).toEqual([]);
  });

  it('does not change what another tells of the same run', async () => {
    await told(event('START', 'one', 10, { from: ['a'], to: ['b', 'far'] }));
    await tellScoped(event('COMPLETE', 'one', 20));
    await tellScoped(event('COMPLETE', 'one', 20, { from: ['far'] }));
    expect(await flows()).toEqual([]);
    expect(await runs()).toEqual([['one', 'STARTED', 10, null, 10]]);
    await told(event('COMPLETE', 'one', 30));
    expect(await flows()).toEqual(['a>b 30- nightly/one', 'a>far 30- nightly/one']);
  });

  it('is refused with any other role', async () => {
    for (const viewer of [readerOf(source), viewerWith({ role: 'STEWARD' }), viewerWith()]) {
      await expect(tell([event('COMPLETE', 'one', 20)], viewer)).rejects.toMatchObject({
        code: 'FORBIDDEN',
        details: { policy: 'role:INGESTOR' },
      });
    }
    await expect(intake.ingest(contextOf(null), [])).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

describe('a batch', () => {
  it('takes what can be taken, and says what is wrong with the rest', async () => {
    await have('a', 'b');
    const answer = await tell([
      event('COMPLETE', 'one', 20, { from: ['a'], to: ['b'] }),
      { ...event('COMPLETE', 'two', 30), run: { runId: 'two' } },
      'three',
      { ...event('COMPLETE', 'four', 30), eventTime: '2026-01-01T00:00:00' },
      event('START', 'five', 40),
    ]);
    expect(answer).toMatchObject({
      accepted: 2,
      failed: [
        { index: 1, field: 'run.runId', message: expect.any(String) },
        { index: 2, field: null, message: expect.any(String) },
        { index: 3, field: 'eventTime', message: expect.stringContaining('zone') },
      ],
    });
    expect(await flows()).toEqual(['a>b 20- nightly/one']);
    await expect(tell(Array.from({ length: 1_001 }, () => event('START', 'one', 10)))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('is told in so many statements, however many events and datasets it has', async () => {
    const names = Array.from({ length: 60 }, (_, place) => `t${place}`);
    await have(...names);
    const batch = (size: number, from: number) =>
      Array.from({ length: size }, (_, place) => {
        const [inputs, outputs] = [names.slice(from, from + size), names.slice(from + size, from + 2 * size)];
        return event('COMPLETE', `run ${from + place}`, from + place, { from: inputs, to: outputs, job: `job ${from + place}` });
      });
    const count = (size: number, from: number) =>
      countStatements(test.owner, 'lineage', async () => void (await told(...batch(size, from))));
    await count(2, 0);
    const few = await count(2, 4);
    expect([await count(20, 10), few <= 18]).toEqual([few, true]);
  });

  it('that is cut off is told up to a part, and whole when it is sent again', { timeout: 60_000 }, async () => {
    await have('a', 'b', 'c');
    const events = Array.from({ length: 500 }, (_, place) =>
      event('COMPLETE', `run ${place}`, place + 1, { from: [place % 2 ? 'a' : 'c'], to: ['b'], job: `job ${place % 7}` }),
    );
    await told(...events);
    const whole = await flows();
    let cuts = 0;
    for (let tried = 0; tried < 5; tried++) {
      await empty();
      await have('a', 'b', 'c');
      let isOver = false;
      const sent = tell(events)
        .catch(() => void cuts++)
        .finally(() => (isOver = true));
      const wanted = randomInt(500);
      const count = async () => Number((await test.owner`select count(*) from lineage.runs`)[0]!.count);
      while (!isOver && (await count()) < wanted);
      await test.owner`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and usename like '%lineage' and state <> 'idle'`;
      await sent;
      expect((await count()) % 100).toBe(0);
      await told(...events);
      expect([await flows(), await count()]).toEqual([whole, 500]);
    }
    expect(cuts).toBeGreaterThan(0);
  });

  it('of which a run is refused as it grows too large keeps what it was', async () => {
    const many = (prefix: string, count: number) => Array.from({ length: count }, (_, place) => `${prefix}${place}`);
    const answer = await tell([
      event('START', 'one', 10, { from: many('a', 300), to: many('b', 100) }),
      event('RUNNING', 'one', 20, { to: many('c', 100) }),
      event('COMPLETE', 'one', 30),
    ]);
    expect(answer).toMatchObject({ accepted: 2, failed: [{ index: 1, field: 'outputs' }] });
    expect(await runs()).toEqual([['one', 'COMPLETED', 10, 30, 10]]);
  });
});
