/**
 * Labels of 100,000 assets with 15 columns each: found by their names, and told to catalog; against reading the same columns. Then
 * pages, counts and searches filtered by labels, which must not read all columns.
 */
import { connect, type Database } from '#platform/database/index.ts';
import { roleUrl } from '#platform/database/roles.ts';
import { createSequencer } from '#platform/events/sequencer.ts';
import { askLocally } from '#platform/graphql/subgraph.ts';
import { createLogger } from '#platform/logger.ts';
import { createCatalog } from '#subgraphs/catalog/index.ts';
import { countAssets, listAssets, type AssetFilter } from '#subgraphs/catalog/store/assets.ts';
import { countAssetsBy } from '#subgraphs/catalog/store/counts.ts';
import { listColumns, type ColumnFilter } from '#subgraphs/catalog/store/columns.ts';
import { classifyAssets } from '#subgraphs/policy/domain/classification.ts';
import { makeAssets } from './fixtures/assets.ts';
import type { BenchContext, BenchResult } from './run.ts';

const COLUMNS = 15;
const BATCH = 1_000;
const ROUNDS = 20;
/** One in ten speaks for a label. */
const NAMES =
  'email first_name phone_number birth_date city ip_address amount status created_at updated_at order_id product_name description quantity price total currency note kind position weight height color size version url slug parent_id count rate started_at ended_at is_active code reference comment subject body title rank score source target state priority channel method reason result'.split(
    ' ',
  );

export async function run({ createDatabase, quick, assets, say }: BenchContext): Promise<BenchResult[]> {
  const location = await createDatabase();
  const count = assets ?? (quick ? 10_000 : 100_000);
  const logger = createLogger({ level: 'warn', format: 'json' });
  const owner = connect({ url: location.ownerUrl, name: 'bench', max: 2, statementTimeoutMs: 0 });
  const open = (part: 'catalog' | 'policy' | 'events') =>
    connect({ url: roleUrl(location, part), name: 'bench', max: 4, statementTimeoutMs: 0 });
  const [catalogSql, policySql, eventsSql] = [open('catalog'), open('policy'), open('events')];
  try {
    say(`making ${count} assets …`);
    await makeAssets(owner, count, say);
    await owner`truncate catalog.columns`;
    await owner`
      insert into catalog.columns (id, asset_id, source_id, access_class, name, ordinal, data_type, native_type, nullable, generated, source_description, updated_at)
      select uuidv7(), a.id, a.source_id, a.access_class, (${NAMES}::text[])[1 + (abs(hashtext(a.name)) / 7 + n * 13) % ${NAMES.length}] || '_' || n,
        n, 'text', 'text', true, false, null, a.updated_at
      from catalog.assets a cross join generate_series(1, ${COLUMNS}::int) n`;
    await owner.unsafe('vacuum analyze catalog.columns');
    const ids = (await owner<{ id: string }[]>`select id from catalog.assets order by id`).map((row) => row.id);

    const read = await seconds(() => owner`select md5(string_agg(c::text, '' order by id)) from catalog.columns c`);
    const catalog = createCatalog({
      database: catalogSql,
      rootKey: location.rootKey,
      faults: new Set(),
      logger,
      onCommit: () => {},
    });
    const ask = askLocally(catalog.subgraph);
    const found = await seconds(async () => {
      for (let from = 0; from < ids.length; from += BATCH)
        await policySql.begin((tx) => classifyAssets(tx, ask, ids.slice(from, from + BATCH), new Date()));
    });
    const again = await seconds(async () => {
      for (let from = 0; from < ids.length; from += BATCH)
        await policySql.begin((tx) => classifyAssets(tx, ask, ids.slice(from, from + BATCH), new Date()));
    });
    const sequencer = createSequencer({ sql: eventsSql, logger });
    for (;;) {
      await sequencer.sealOnce();
      if ((await owner`select from events.outbox limit 1`).length === 0) break;
    }
    const labels = catalog.consumers.find((_, index) => index === 1)!;
    const told = await seconds(async () => {
      while (await labels.runOnce());
    });
    // People have looked at all of them.
    await owner`update catalog.column_labels set state = case when label in ('CITY', 'PHONE') then 'REJECTED' else 'CONFIRMED' end`;
    await owner.unsafe('vacuum analyze catalog.column_labels');
    const [{ rows }] = (await owner`select count(*)::int as rows from catalog.column_labels`) as unknown as [{ rows: number }];
    say(`${rows} labels`);
    return [
      { name: `${count} assets classified`, value: found, unit: 's', ratio: found / read, baseline: 'reading their columns' },
      { name: 'again, nothing new', value: again, unit: 's', ratio: again / read, baseline: 'reading their columns' },
      { name: 'told to catalog', value: told, unit: 's', ratio: told / read, baseline: 'reading their columns' },
      ...(await lists(catalogSql)),
    ];
  } finally {
    await Promise.all([owner, catalogSql, policySql, eventsSql].map((pool) => pool.end()));
  }
}

async function lists(sql: Database): Promise<BenchResult[]> {
  const page = { first: 50, after: null };
  const assetsWith = (filter: AssetFilter) => () => listAssets(sql, 'all', filter, { field: 'NAME', direction: 'ASC' }, page);
  const columnsWith = (filter: ColumnFilter) => () =>
    listColumns(sql, 'all', filter, { field: 'ASSET_AND_ORDINAL', direction: 'ASC' }, page);
  const work: [string, () => Promise<unknown>][] = [
    ['a page of assets without a filter', assetsWith({})],
    ['with a label', assetsWith({ labels: ['EMAIL'] })],
    ['with a label of no asset', assetsWith({ labels: ['IBAN'] })],
    [
      'with two labels, by the last change',
      () => listAssets(sql, 'all', { labels: ['EMAIL', 'BIRTH_DATE'] }, { field: 'UPDATED_AT', direction: 'DESC' }, page),
    ],
    ['a page of columns with a label', columnsWith({ labels: ['EMAIL'] })],
    ['of rejected ones', columnsWith({ labelStates: ['REJECTED'] })],
    ['of suggested ones, of which there are none', columnsWith({ labelStates: ['SUGGESTED'] })],
    ['the number of assets with a label', () => countAssets(sql, 'all', { labels: ['EMAIL'] })],
    ['assets by label', () => countAssetsBy(sql, 'all', {}, 'LABEL')],
  ];
  const results: BenchResult[] = [];
  for (const [name, run] of work) {
    await run();
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push((await seconds(run)) * 1000);
    const p95 = times.toSorted((a, b) => a - b)[Math.floor(ROUNDS * 0.95) - 1]!;
    const first = results[0]?.value;
    results.push({
      name,
      value: p95,
      unit: 'ms (p95)',
      ...(first !== undefined && { ratio: p95 / first, baseline: 'a page without a filter' }),
    });
  }
  return results;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
