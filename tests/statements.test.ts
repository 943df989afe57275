/** What a page of the whole graph costs in SQL: the same for 50 assets as for one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createWorld, type Ask, type World } from './world.ts';

const TABLES = 55;
const PAGE = `query ($first: Int!) {
  assets(first: $first, filter: { kinds: [VIEW] }) {
    nodes {
      name columns(first: 20) { nodes { name labels { state label { name } } } } owners { role user { name } } labels { name }
      violations(first: 10) { nodes { message column { name } } } upstream { nodes { name kind } }
    }
  }
}`;

let world: World;
let source: Awaited<ReturnType<typeof createEmptyDatabase>>;
let reader: Ask;

beforeAll(async () => {
  [world, source] = [await createWorld(), await createEmptyDatabase()];
  const numbers = Array.from({ length: TABLES }, (_, number) => number);
  await source.sql.unsafe(
    numbers.map((n) => `create table t${n} (id int, email text, note text); create view v${n} as select id, email from t${n};`).join('\n'),
  );
  const { id } = await world.addSource('wide', { url: source.url });
  await world.scan(id);
  await world.consumed();
  const { me, assets } = await world.admin(
    '{ me { id } assets(first: 200, filter: { kinds: [TABLE, VIEW] }) { nodes { id version columns { nodes { id name } } } } }',
  );
  await world.admin('mutation ($items: [UpdateAssetInput!]!) { updateAssets(input: { items: $items }) { results { error { code } } } }', {
    items: assets.nodes.map((asset: any) => ({ id: asset.id, version: asset.version, owners: [{ userId: me.id, role: 'OWNER' }] })),
  });
  await world.admin(
    'mutation ($items: [SetColumnLabelInput!]!) { setColumnLabels(input: { items: $items }) { results { error { code } } } }',
    {
      items: assets.nodes.map((asset: any) => ({
        columnId: asset.columns.nodes.find((column: any) => column.name === 'email').id,
        label: 'EMAIL',
        state: 'CONFIRMED',
      })),
    },
  );
  const { createPolicy } = await world.admin(
    'mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { id version } } }',
    {
      input: { name: 'Masked', ruleType: 'noUnmaskedLabel', params: { labels: ['EMAIL'] }, scope: { kinds: ['VIEW'] }, severity: 'ERROR' },
    },
  );
  await world.admin('mutation ($input: PublishPolicyInput!) { publishPolicy(input: $input) { cursor } }', { input: createPolicy.policy });
  const open = async () => (await world.admin('{ violations(filter: { statuses: [OPEN] }) { totalCount } }')).violations.totalCount;
  while ((await open()) < TABLES) await sleep(50);
  reader = await world.createUser([{ role: 'READER', sourceId: id }]);
}, 90_000);
afterAll(async () => {
  await world?.stop();
  await source?.drop();
});

/** Statements of the parts' roles by what they are, but for transactions and settings. */
async function statements(): Promise<Map<string, number>> {
  const rows = await world.owner<{ query: string; calls: number }[]>`
    select r.rolname || ': ' || s.query as query, s.calls::int from pg_stat_statements s
    join pg_roles r on r.oid = s.userid join pg_database d on d.oid = s.dbid
    where d.datname = current_database() and r.rolname like 'test\\_%' and s.query !~* '^(begin|commit|rollback|set |listen|unlisten|discard)'`;
  return new Map(rows.map(({ query, calls }) => [query, calls]));
}

const reset = () => world.owner`select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)`;
let background: Promise<Set<string>> | undefined;

/** What goes on anyway, known from a while in which nobody asked for anything. */
async function observeBackground(): Promise<Set<string>> {
  await world.owner`create extension if not exists pg_stat_statements`;
  await reset();
  await sleep(5_000);
  return new Set((await statements()).keys());
}

/** Only what `work` runs, the least of three times: what seldom goes on by itself may fall into one of them. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const anyway = await (background ??= observeBackground());
  const runs: string[][] = [];
  for (let run = 0; run < 3; run++) {
    await reset();
    await work();
    const used = [...(await statements())].filter(([query]) => !anyway.has(query));
    runs.push(used.flatMap(([query, calls]) => Array<string>(calls).fill(query)));
  }
  return runs.toSorted((one, other) => one.length - other.length)[0]!;
}

it.each(['admin', 'reader'] as const)('takes at most 12 statements for 50 assets with all that hangs on them, as %s', async (who) => {
  const ask = who === 'admin' ? world.ask : reader;
  const page = async (first: number) => {
    const { data, errors } = await ask(PAGE, { first });
    expect(errors).toBeUndefined();
    return data.assets.nodes;
  };
  await page(50);
  const used = await statementsOf(async () => {
    const nodes = await page(50);
    expect(nodes).toHaveLength(50);
    for (const node of nodes) {
      expect(node).toMatchObject({
        owners: [{ role: 'OWNER' }],
        labels: [{ name: 'EMAIL' }],
        violations: { nodes: [{ column: { name: 'email' } }] },
        upstream: { nodes: [{ kind: 'TABLE' }] },
      });
    }
  });
  // Signing in is one of them.
  expect(used.length, used.map((text) => text.replaceAll(/\s+/g, ' ').slice(0, 160)).join('\n')).toBeLessThanOrEqual(12);
  expect(used.length).toBeGreaterThan(5);
  const one = await statementsOf(() => page(1));
  expect(used.length - one.length, 'more assets cost no more statements').toBeLessThanOrEqual(0);
});
