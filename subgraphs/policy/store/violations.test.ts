/** Lists, totals and counts against what a plain look at all rows gives, over random filters, viewers and orders. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { insertAsset, insertPolicy, insertSource, insertViolations } from '../testing/factories.ts';
import type { PolicyAssetRow, PolicyRow, ViolationRow } from './tables/policy.ts';
import { addUpCounts, countViolationsBy, type ViolationCountKey } from './violationCounts.ts';
import type { ViolationFilter } from './violationFilter.ts';
import { SEVERITIES, type ViolationKey, type ViolationOrder } from './violationMerge.ts';
import { countViolations, countViolationsOf, listViolations, listViolationsOf, NEWEST_FIRST } from './violations.ts';

const STATUSES = ['OPEN', 'ACKNOWLEDGED', 'WAIVED', 'RESOLVED'] as const;
const KEYS: ViolationCountKey[] = ['DAY', 'SEVERITY', 'STATUS', 'POLICY', 'SOURCE', 'OWNER'];
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

let state = seed;
/** Mulberry32. */
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
const below = (count: number): number => Math.floor(random() * count);
const oneOf = <Value>(values: readonly Value[]): Value => values[below(values.length)]!;
const someOf = <Value>(values: readonly Value[]): Value[] => values.filter(() => random() < 0.5);
const maybe = <Value>(make: () => Value, chance = 0.3): Value | undefined => (random() < chance ? make() : undefined);

let database: TestDatabase;
let sql: Database;
let sources: { id: string; accessClass: number }[];
let policies: PolicyRow[];
let assets: PolicyAssetRow[];
let rows: ViolationRow[];
const owners = [newId(), newId(), newId()];
const moment = (): Date => new Date(Date.UTC(2026, 0, 1 + below(5), below(4) * 6));

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('policy');
  sources = await Promise.all(Array.from({ length: 8 }, () => insertSource(database)));
  policies = await Promise.all(SEVERITIES.map((severity) => insertPolicy(sql, { severity })));
  assets = await Promise.all(Array.from({ length: 40 }, () => insertAsset(sql, oneOf(sources), { ownerIds: someOf(owners) })));
  rows = await insertViolations(
    sql,
    Array.from({ length: 600 }, () => {
      const policy = oneOf(policies);
      return {
        policy,
        asset: oneOf(assets),
        severity: random() < 0.8 ? policy.severity : 'INFO',
        status: oneOf(STATUSES),
        raisedAt: moment(),
      };
    }),
  );
});
afterAll(() => database.drop());

const randomClasses = (): VisibleClasses => (random() < 0.3 ? 'all' : someOf(sources).map(({ accessClass }) => accessClass));
const randomFilter = (): ViolationFilter =>
  Object.fromEntries(
    Object.entries({
      ownerIds: maybe(() => someOf(owners), 0.15),
      statuses: maybe(() => someOf(STATUSES)),
      severities: maybe(() => someOf(SEVERITIES)),
      policyIds: maybe(() => someOf(policies).map(({ id }) => id)),
      assetIds: maybe(() => someOf(assets).map(({ assetId }) => assetId), 0.2),
      sourceIds: maybe(() => someOf(sources).map(({ id }) => id), 0.2),
      raisedAfter: maybe(moment, 0.2),
      updatedAfter: maybe(moment, 0.2),
    }).filter(([, value]) => value !== undefined),
  );

const ownersOf = (row: ViolationRow): string[] => assets.find(({ assetId }) => assetId === row.assetId)!.ownerIds;
function expected(classes: VisibleClasses, filter: ViolationFilter): ViolationRow[] {
  const has = <Value>(values: readonly Value[] | null | undefined, value: Value): boolean => !values || values.includes(value);
  return rows.filter(
    (row) =>
      (classes === 'all' || classes.includes(row.accessClass)) &&
      has(filter.statuses, row.status) &&
      has(filter.severities, row.severity) &&
      has(filter.policyIds, row.policyId) &&
      has(filter.assetIds, row.assetId) &&
      has(filter.sourceIds, row.sourceId) &&
      (!filter.ownerIds || ownersOf(row).some((id) => filter.ownerIds!.includes(id))) &&
      (!filter.raisedAfter || row.raisedAt > filter.raisedAfter) &&
      (!filter.updatedAfter || row.updatedAt > filter.updatedAfter),
  );
}

function sort(list: readonly ViolationRow[], { field, direction }: ViolationOrder): string[] {
  const keyOf = (row: ViolationRow): string =>
    `${field === 'SEVERITY' ? SEVERITIES.indexOf(row.severity) : ''} ${row.raisedAt.toISOString()} ${row.id}`;
  const sorted = list.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).map(({ id }) => id);
  return direction === 'DESC' ? sorted.toReversed() : sorted;
}
const keyOf = ({ severity, raisedAt, id }: ViolationRow, { field }: ViolationOrder): ViolationKey =>
  field === 'SEVERITY' ? [severity, raisedAt.toISOString(), id] : [raisedAt.toISOString(), id];

/** Every page, one after another. */
async function listAll(list: (page: { first: number; after: ViolationKey | null }) => Promise<ViolationRow[]>, order: ViolationOrder) {
  const found: string[] = [];
  const first = 20 + below(100);
  for (let after: ViolationKey | null = null; ;) {
    const page: ViolationRow[] = await list({ first, after });
    expect(page.length).toBeLessThanOrEqual(first + 1);
    found.push(...page.slice(0, first).map(({ id }) => id));
    if (page.length <= first) return found;
    after = keyOf(page[first - 1]!, order);
  }
}

function countsOf(list: readonly ViolationRow[], by: ViolationCountKey): { value: string; count: number }[] {
  const values = list.flatMap((row): string[] => {
    if (by !== 'OWNER')
      return [
        {
          DAY: row.raisedAt.toISOString().slice(0, 10),
          SEVERITY: row.severity,
          STATUS: row.status,
          POLICY: row.policyId,
          SOURCE: row.sourceId,
        }[by],
      ];
    const ids = ownersOf(row);
    return ids.length > 0 ? ids : [''];
  });
  const counts = [...Map.groupBy(values, (value) => value)].map(([value, all]) => ({ value, count: all.length }));
  return counts.toSorted((a, b) => (by === 'DAY' ? (a.value < b.value ? 1 : -1) : b.count - a.count || (a.value < b.value ? -1 : 1)));
}

describe('lists of violations', () => {
  it('give every page of what is visible and fits, in either order and direction', async () => {
    for (let turn = 0; turn < 80; turn++) {
      const [classes, filter] = [randomClasses(), randomFilter()];
      const order: ViolationOrder = { field: oneOf(['RAISED_AT', 'SEVERITY']), direction: oneOf(['ASC', 'DESC']) };
      const found = await listAll((page) => listViolations(sql, classes, filter, order, page), order);
      const context = JSON.stringify({ seed, turn, classes, filter, order });
      expect(found, context).toEqual(sort(expected(classes, filter), order));
      expect(await countViolations(sql, classes, filter), context).toBe(found.length);
    }
  });

  it('are the same below policies and assets, the newest first', async () => {
    for (let turn = 0; turn < 30; turn++) {
      const [classes, filter, noun] = [randomClasses(), randomFilter(), oneOf(['policy', 'asset'] as const)];
      const ids = someOf(noun === 'policy' ? policies.map(({ id }) => id) : assets.map(({ assetId }) => assetId));
      const context = JSON.stringify({ seed, turn, classes, filter, noun });
      const first = 1 + below(30);
      const found = await listViolationsOf(sql, noun, ids, classes, filter, { first, after: null });
      const counts = await countViolationsOf(sql, noun, ids, classes, filter);
      const idOf = (row: ViolationRow): string => (noun === 'policy' ? row.policyId : row.assetId);
      for (const id of ids) {
        const all = expected(classes, filter).filter((row) => idOf(row) === id);
        const mine = found.filter((row) => idOf(row) === id).map((row) => row.id);
        expect(mine, context).toEqual(sort(all, NEWEST_FIRST).slice(0, first + 1));
        expect(counts.get(id) ?? 0, context).toBe(all.length);
      }
    }
  });
});

describe('counts of violations', () => {
  const check = async () => {
    for (let turn = 0; turn < 40; turn++) {
      const [classes, filter, by] = [randomClasses(), randomFilter(), KEYS[turn % KEYS.length]!];
      expect(await countViolationsBy(sql, classes, filter, by), JSON.stringify({ seed, turn, classes, filter, by })).toEqual(
        countsOf(expected(classes, filter), by),
      );
    }
  };
  it('are those of what is visible and fits, by every key', check);

  it('follow every change of a row, before and after they are added up', async () => {
    for (const row of rows.filter(() => random() < 0.3)) {
      const { accessClass, id: sourceId } = oneOf(sources);
      Object.assign(row, { status: oneOf(STATUSES), severity: oneOf(SEVERITIES), accessClass, sourceId });
      await sql`update policy.violations set status = ${row.status}, severity = ${row.severity}, access_class = ${accessClass}, source_id = ${sourceId} where id = ${row.id}`;
    }
    const gone = rows.filter(() => random() < 0.1);
    rows = rows.filter((row) => !gone.includes(row));
    await sql`delete from policy.violations where id = any(${gone.map(({ id }) => id)}::uuid[])`;
    await check();
    await sql.begin((tx) => addUpCounts(tx, 0));
    const [left] = await sql<{ differences: number; zeros: number }[]>`
      select count(*) filter (where not is_sum) as differences, count(*) filter (where count = 0) as zeros from policy.violation_counts`;
    expect(left).toEqual({ differences: 0, zeros: 0 });
    await check();
  });
});
