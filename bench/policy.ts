/**
 * Policies over 100,000 assets with 15 columns each, through the product's own door: what a draft would find, publishing it to the last violation,
 * and one changed asset; against reading the same rows by plain SQL and inserting as many by plain INSERT.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Database } from '#platform/database/index.ts';
import { makeAssets } from './fixtures/assets.ts';
import { startBenchProduct, type Ask } from './fixtures/product.ts';
import type { BenchContext, BenchResult } from './run.ts';

const ASSETS = 100_000;
const COLUMNS = 15;
const CHANGES = 30;
const LABELLED_EVERY = 10;

type Preview = { checked: number; violating: number };
type Definition = { ruleType: string; params: object };

const DRAFTS: Record<string, Definition> = {
  owners: { ruleType: 'ownerRequired', params: {} },
  'names of assets, all wrong': { ruleType: 'namingConvention', params: { pattern: '^[A-Z]+$', target: 'asset' } },
  'names of columns': { ruleType: 'namingConvention', params: { pattern: '^[a-z][a-z0-9_]*$', target: 'column' } },
  'descriptions of columns': { ruleType: 'descriptionRequired', params: { minLength: 20, columns: true } },
  labels: { ruleType: 'noUnmaskedLabel', params: { labels: ['EMAIL'] } },
};

/** Every table has 15 columns, every tenth a confirmed label, and policy knows all assets, as if it had consumed their events. */
async function prepare(owner: Database): Promise<void> {
  await owner`
    insert into catalog.columns (id, asset_id, source_id, access_class, name, ordinal, data_type, native_type, nullable, generated, source_description, updated_at)
    select uuidv7(), a.id, a.source_id, a.access_class, 'column_' || n, 100 + n, 'text', 'text', true, false, 'What column ' || n || ' says', a.updated_at
    from catalog.assets a cross join generate_series(1, ${COLUMNS - 2}::int) n where a.kind in ('TABLE', 'VIEW') and abs(hashtext(a.name)) % 20 <> 0`;
  await owner`
    insert into policy.assets (asset_id, source_id, access_class, kind, namespace, name, owner_ids, seq)
    select a.id, a.source_id, a.access_class, a.kind, a.namespace, a.name,
      array(select coalesce(o.user_id, o.team_id) from catalog.asset_owners o where o.asset_id = a.id), 0 from catalog.assets a`;
  await owner`
    insert into policy.column_labels (id, column_id, asset_id, column_name, label, state, confidence, evidence, is_found, decided_by, decided_at, updated_at)
    select uuidv7(), c.id, c.asset_id, c.name, 'EMAIL', 'CONFIRMED', 1, '{}', true, gen_random_uuid(), now(), now()
    from catalog.columns c where c.ordinal = 101 and abs(hashtext(c.id::text)) % ${LABELLED_EVERY}::int = 0`;
  for (const table of ['catalog.columns', 'policy.assets', 'policy.column_labels']) await owner.unsafe(`vacuum analyze ${table}`);
  // The product would else fill the index for search as soon as it starts.
  await owner`insert into events.cursors (consumer, seq) values ('catalog.search', 0)`;
}

const timed = async <Result>(work: () => Promise<Result>): Promise<[Result, number]> => {
  const startedAt = performance.now();
  return [await work(), performance.now() - startedAt];
};

/** What a rule looks at, read by one connection. */
async function readByHand(owner: Database): Promise<number> {
  const [, ms] = await timed(async () => {
    for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
      const assets = await owner<{ id: string }[]>`
        select a.*, e.description from catalog.assets a left join catalog.asset_edits e on e.asset_id = a.id where a.id > ${after}::uuid order by a.id limit 500`;
      const last = assets.at(-1)?.id;
      if (!last) return;
      await owner`
        select c.id, c.asset_id, c.name, c.ordinal, c.source_description from catalog.columns c
        where c.asset_id > ${after}::uuid and c.asset_id <= ${last}::uuid and c.deleted_at is null`;
      await owner`select asset_id, user_id, team_id, role from catalog.asset_owners where asset_id > ${after}::uuid and asset_id <= ${last}::uuid`;
      after = last;
    }
  });
  return ms;
}

/** As many violations into a table of the same shape and indexes, and as many events. */
async function insertByHand(owner: Database): Promise<number> {
  await owner`create table public.violations (like policy.violations including all)`;
  await owner`create table public.outbox (like events.outbox including all)`;
  const [, ms] = await timed(async () => {
    for (let from = 0; ; from += 500) {
      const rows = await owner`select * from policy.violations order by id offset ${from} limit 500`;
      if (rows.length === 0) return;
      await owner.begin(async (tx) => {
        await tx`insert into public.violations ${tx(rows as never)}`;
        await tx`
          insert into public.outbox (event_id, type, source, subject, time, actor_id, data, salt, attributes, leaf)
          select gen_random_uuid(), 'policy.violated', 'policy', v.id, now(), null, to_jsonb(v), '\\x00', to_jsonb(v), '\\x00'
          from policy.violations v where v.id = any(${rows.map((row) => row.id as string)}::uuid[])`;
      });
    }
  });
  return ms;
}

async function publish(ask: Ask, owner: Database, definition: Definition): Promise<{ id: string; ms: number; violations: number }> {
  const { createPolicy } = await ask('mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { id version } } }', {
    input: { name: 'Bench', severity: 'ERROR', ...definition },
  });
  const { id } = createPolicy.policy;
  const [, ms] = await timed(async () => {
    await ask('mutation ($input: PublishPolicyInput!) { publishPolicy(input: $input) { cursor } }', { input: createPolicy.policy });
    for (;;) {
      const [row] = await owner`select finished_at from policy.evaluations where policy_id = ${id}`;
      if (row?.finishedAt) return;
      await sleep(50);
    }
  });
  const [row] = await owner<{ count: number }[]>`select count(*) as count from policy.violations where policy_id = ${id}`;
  return { id, ms, violations: row!.count };
}

/** From the answer to the edit until the violation is resolved, and the edit itself. */
async function changeOne(ask: Ask, owner: Database, policyId: string): Promise<{ edit: number; judged: number }> {
  const [open] = await owner<{ id: string; assetId: string; version: number }[]>`
    select v.id, v.asset_id, a.version from policy.violations v join catalog.assets a on a.id = v.asset_id
    where v.policy_id = ${policyId} and v.status = 'OPEN' order by random() limit 1`;
  const { assetId: id, version } = open!;
  const input = { id, version, owners: [{ userId: '00000000-0000-4000-8000-000000000001', role: 'OWNER' }] };
  const [, edit] = await timed(() => ask('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { cursor } }', { input }));
  const [, judged] = await timed(async () => {
    while ((await owner`select from policy.violations where id = ${open!.id} and status = 'RESOLVED'`).length === 0) await sleep(2);
  });
  return { edit, judged };
}

const at = (values: readonly number[], share: number): number => values.toSorted((a, b) => a - b)[Math.floor(values.length * share)]!;

export async function run(context: BenchContext): Promise<BenchResult[]> {
  const count = context.assets ?? (context.quick ? ASSETS / 10 : ASSETS);
  const location = await context.createDatabase();
  const owner = connect({ url: location.ownerUrl, name: 'bench', max: 2, statementTimeoutMs: 0 });
  context.say(`making ${count} assets …`);
  await makeAssets(owner, count, context.say);
  await prepare(owner);
  const product = await startBenchProduct(location);
  const results: BenchResult[] = [];
  const tell = (result: BenchResult): void => {
    context.say(`  ${result.name}: ${result.value.toFixed(1)} ${result.unit}`);
    results.push(result);
  };
  try {
    const reading = await readByHand(owner);
    for (const [name, input] of Object.entries(DRAFTS)) {
      const query = 'query ($input: PreviewPolicyInput!) { previewPolicy(input: $input) { checked violating sample { message } } }';
      const [{ previewPolicy }, ms] = await timed(() => product.admin(query, { input }) as Promise<{ previewPolicy: Preview }>);
      tell({
        name: `preview: ${name} (${previewPolicy.violating} of ${previewPolicy.checked})`,
        value: ms,
        unit: 'ms',
        ratio: ms / reading,
        baseline: 'reading the same rows',
      });
    }
    const worst = await publish(product.admin, owner, DRAFTS['names of assets, all wrong']!);
    const inserting = await insertByHand(owner);
    tell({
      name: `publish: ${worst.violations} violations`,
      value: worst.ms,
      unit: 'ms',
      ratio: worst.ms / (reading + inserting),
      baseline: 'reading and inserting as many',
    });
    const wide = await publish(product.admin, owner, DRAFTS['names of columns']!);
    tell({
      name: `publish: names of columns, ${wide.violations} violations`,
      value: wide.ms,
      unit: 'ms',
      ratio: wide.ms / reading,
      baseline: 'reading the same rows',
    });
    const owners = await publish(product.admin, owner, DRAFTS.owners!);
    tell({
      name: `publish: owners, ${owners.violations} violations`,
      value: owners.ms,
      unit: 'ms',
      ratio: owners.ms / reading,
      baseline: 'reading the same rows',
    });
    const changes: { edit: number; judged: number }[] = [];
    await untilConsumed(owner);
    for (let index = 0; index < CHANGES; index++) changes.push(await changeOne(product.admin, owner, owners.id));
    const [edits, judged] = [changes.map(({ edit }) => edit), changes.map((change) => change.judged)];
    for (const share of [0.5, 0.95])
      tell({
        name: `one changed asset, p${share * 100}`,
        value: at(judged, share),
        unit: 'ms',
        ratio: at(judged, share) / at(edits, share),
        baseline: 'the edit itself',
      });
    tell({ name: 'memory of the process', value: process.memoryUsage().rss / 2 ** 20, unit: 'MB' });
    return results;
  } finally {
    await product.stop();
    await owner.end();
  }
}

/** The log has much to seal after that. */
async function untilConsumed(owner: Database): Promise<void> {
  const behind = () => owner`
    select where exists (select from events.outbox) or exists (select from events.cursors c, events.head h where c.seq < h.seq)`;
  while ((await behind()).length > 0) await sleep(100);
}
