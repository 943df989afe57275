/**
 * Labels of 100,000 assets with 15 columns each: found by their names, and told to catalog; against reading the same columns. Then
 * pages, counts and searches filtered by labels, which must not read all columns.
 */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { roleUrl } from '#platform/database/roles.ts';
import { createSequencer } from '#platform/events/sequencer.ts';
import { askLocally } from '#platform/graphql/subgraph.ts';
import { createLogger } from '#platform/logger.ts';
import { createCatalog } from '#subgraphs/catalog/index.ts';
import { countAssets, listAssets, type AssetFilter, type AssetOrder } from '#subgraphs/catalog/store/assets.ts';
import { countAssetsBy } from '#subgraphs/catalog/store/counts.ts';
import { listColumns, type ColumnFilter } from '#subgraphs/catalog/store/columns.ts';
import { classifyAssets } from '#subgraphs/policy/domain/classification.ts';
import { makeAssets } from './fixtures/assets.ts';
import type { BenchContext, BenchResult } from './run.ts';

const COLUMNS = 15;
const BATCH = 1_000;
const ROUNDS = 20;
/** Somebody may read it, and there is no asset of it. */
const CLASS_OF_NOTHING = 2_000_000_000;
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
    await owner`
      insert into catalog.label_counts (access_class, label, count, is_sum)
      select a.access_class, coalesce(l.label, ''), count(distinct l.asset_id), true from catalog.column_labels l join catalog.assets a on a.id = l.asset_id
      where l.state = 'CONFIRMED' group by a.access_class, grouping sets ((l.label), ())`;
    for (const table of ['column_labels', 'label_counts', 'labelled_assets']) await owner.unsafe(`vacuum analyze catalog.${table}`);
    const one = await owner<
      { id: number }[]
    >`select id from access.classes where source_id = (select id from catalog.sources order by name limit 1)`;
    const [{ rows }] = (await owner`select count(*)::int as rows from catalog.column_labels`) as unknown as [{ rows: number }];
    say(`${rows} labels`);
    return [
      { name: `${count} assets classified`, value: found, unit: 's', ratio: found / read, baseline: 'reading their columns' },
      { name: 'again, nothing new', value: again, unit: 's', ratio: again / read, baseline: 'reading their columns' },
      { name: 'told to catalog', value: told, unit: 's', ratio: told / read, baseline: 'reading their columns' },
      ...(await lists(catalogSql, 'all', '')),
      ...(await lists(
        catalogSql,
        one.map((row) => row.id),
        ', of one source',
      )),
      ...(await lists(catalogSql, [CLASS_OF_NOTHING], ', of nothing')),
    ];
  } finally {
    await Promise.all([owner, catalogSql, policySql, eventsSql].map((pool) => pool.end()));
  }
}

/** `whose` is put after each name. */
export async function lists(sql: Database, classes: VisibleClasses, whose: string): Promise<BenchResult[]> {
  const page = { first: 50, after: null };
  const assetsWith =
    (filter: AssetFilter, order: AssetOrder = { field: 'NAME', direction: 'ASC' }) =>
    () =>
      listAssets(sql, classes, filter, order, page);
  const columnsWith = (filter: ColumnFilter) => () =>
    listColumns(sql, classes, filter, { field: 'ASSET_AND_ORDINAL', direction: 'ASC' }, page);
  const work: [string, () => Promise<unknown>][] = [
    ['a page of assets without a filter', assetsWith({})],
    ['with a label', assetsWith({ labels: ['EMAIL'] })],
    ['with a label of no asset', assetsWith({ labels: ['IBAN'] })],
    ['with two labels, by the last change', assetsWith({ labels: ['EMAIL', 'BIRTH_DATE'] }, { field: 'UPDATED_AT', direction: 'DESC' })],
    ['a page of columns with a label', columnsWith({ labels: ['EMAIL'] })],
    ['of rejected ones', columnsWith({ labelStates: ['REJECTED'] })],
    ['of suggested ones, of which there are none', columnsWith({ labelStates: ['SUGGESTED'] })],
    ['the number of assets with a label', () => countAssets(sql, classes, { labels: ['EMAIL'] })],
    ['assets by label', () => countAssetsBy(sql, classes, {}, 'LABEL')],
    ['tables by label', () => countAssetsBy(sql, classes, { kinds: ['TABLE'] }, 'LABEL')],
  ];
  const results: BenchResult[] = [];
  for (const [name, run] of work) {
    await run();
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push((await seconds(run)) * 1000);
    const p95 = times.toSorted((a, b) => a - b)[Math.floor(ROUNDS * 0.95) - 1]!;
    const first = results[0]?.value;
    results.push({
      name: `${name}${whose}`,
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
