/** What the pages are measured with: a source of 3,000 tables, 12,000 violations, and the lineage of 500 views. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '#platform/database/index.ts';
import type { Ask } from '../fixtures/product.ts';
import type { BenchContext } from '../run.ts';

const TABLES = 3_000;
/** Each is without a description: with the table itself four violations. */
const COLUMNS = ['customer_id bigint', 'amount numeric(12,2)', 'booked_at timestamptz'];
const LAYERS = 10;
const VIEWS = 499;
const PATIENCE_MS = 300_000;

export type Catalog = {
  sourceId: string;
  tableId: string;
  /** Its lineage has 500 nodes in this many steps. */
  rootId: string;
  steps: number;
  violations: number;
};

/** Asks until there is an answer. */
async function until<Answer>(what: string, ask: () => Promise<Answer | null | false | undefined>): Promise<Answer> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(250)) {
    const answer = await ask();
    if (answer) return answer;
  }
  throw new Error(`There was no end of waiting for ${what}.`);
}

async function createTables(url: string): Promise<void> {
  const sql = connect({ url, name: 'bench', max: 1, statementTimeoutMs: 0 });
  try {
    await sql.unsafe('create schema sales; create schema flows');
    for (let from = 0; from < TABLES; from += 500) {
      const tables = Array.from({ length: 500 }, (_, index) => `create table sales.booking_${from + index} (${COLUMNS.join(', ')});`);
      await sql.unsafe(tables.join(''));
    }
    // Each view reads two of the layer before it.
    await sql.unsafe('create table flows.start (id bigint, total numeric)');
    const layers: string[][] = [['start']];
    const perLayer = Math.ceil(VIEWS / LAYERS);
    for (let number = 0; number < VIEWS; number += perLayer) {
      const before = layers.at(-1)!;
      const names = Array.from({ length: Math.min(perLayer, VIEWS - number) }, (_, index) => `totals_${layers.length}_${index}`);
      const views = names.map((name, index) => {
        const [one, other] = [before[index % before.length]!, before[(index * 7 + 1) % before.length]!];
        return `create view flows.${name} as select a.id, b.total from flows.${one} a join flows.${other} b on b.id = a.id;`;
      });
      await sql.unsafe(views.join(''));
      layers.push(names);
    }
  } finally {
    await sql.end();
  }
}

async function scan(admin: Ask, url: string): Promise<{ id: string; namespace: string }> {
  const { registerSource } = await admin(
    'mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { source { id namespace } } }',
    { input: { name: 'Warehouse', connector: 'postgres', config: { url } } },
  );
  const { id } = registerSource.source;
  const { startScan } = await admin('mutation ($id: ID!) { startScan(input: { sourceId: $id }) { run { id } } }', { id });
  const run = await until('the scan', async () => {
    const { scanRun } = await admin('query ($id: ID!) { scanRun(id: $id) { status error } }', { id: startScan.run.id });
    return !['QUEUED', 'RUNNING'].includes(scanRun.status) && scanRun;
  });
  if (run.status !== 'COMPLETED') throw new Error(`The scan ended as ${run.status}: ${run.error}`);
  return registerSource.source;
}

export async function fillCatalog(context: BenchContext, admin: Ask): Promise<Catalog> {
  const { url } = await context.createEmptyDatabase();
  context.say(`making a source of ${TABLES} tables and ${VIEWS} views, and scanning it …`);
  await createTables(url);
  const source = await scan(admin, url);
  const input = { name: 'All is described', ruleType: 'descriptionRequired', params: { columns: true }, severity: 'WARNING' };
  const { createPolicy } = await admin('mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { id version } } }', {
    input: { ...input, scope: { kinds: ['TABLE'] } },
  });
  await admin('mutation ($input: PublishPolicyInput!) { publishPolicy(input: $input) { cursor } }', { input: createPolicy.policy });
  const idOf = async (name: string): Promise<string> => {
    const query = 'query ($namespace: String!, $name: String!) { assetByName(namespace: $namespace, name: $name) { id } }';
    const { assetByName } = await admin(query, { namespace: source.namespace, name: `${new URL(url).pathname.slice(1)}.${name}` });
    return assetByName.id as string;
  };
  const [tableId, rootId] = [await idOf('sales.booking_7'), await idOf('flows.start')];
  context.say('waiting for violations, lineage and the search …');
  const wanted = TABLES * (COLUMNS.length + 1);
  const violations = await until('the violations', async () => {
    const { violations: found } = await admin('{ violations(first: 1) { totalCount } }');
    return found.totalCount >= wanted && (found.totalCount as number);
  });
  await until('the lineage', async () => {
    const { lineage } = await admin(
      'query ($id: ID!, $depth: Int) { lineage(assetId: $id, direction: BOTH, depth: $depth, maxNodes: 1000) { nodes { id } } }',
      { id: rootId, depth: LAYERS },
    );
    return lineage?.nodes.length === VIEWS + 1;
  });
  await until('the search', async () => {
    const { search } = await admin('{ search(query: "booking", first: 1) { totalCount } }');
    return search.totalCount >= Math.min(TABLES, 2_000);
  });
  return { sourceId: source.id, tableId, rootId, steps: LAYERS, violations };
}
