/**
 * How good the answers of search are (`search/relevance.ts`), and on PostgreSQL over 100,000 assets (or `--assets`) how soon: filling the index,
 * and what people type, for viewers of everything, of 1 % and of nothing; against the time that the server spends on the same statements. With
 * MEILI_URL the same on Meilisearch, against PostgreSQL.
 */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { readSettings } from '#platform/config.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { roleUrl } from '#platform/database/roles.ts';
import { rebuildSearch } from '#subgraphs/catalog/search/indexer.ts';
import type { SearchIndex } from '#subgraphs/catalog/search/index.ts';
import { createMeilisearch } from '#subgraphs/catalog/search/meilisearch.ts';
import { fillCopy, type Progress } from '#subgraphs/catalog/search/meilisearch/filling.ts';
import { openCopy } from '#subgraphs/catalog/search/meilisearch/index.ts';
import { createPostgresSearch } from '#subgraphs/catalog/search/postgres.ts';
import { makeAssets } from './fixtures/assets.ts';
import type { BenchContext, BenchResult } from './run.ts';
import { measureRelevance } from './search/relevance.ts';

const ASSETS = 100_000;
const ROUNDS = 30;
const TOLD_EVERY = 50_000;

type Queries = Record<string, readonly string[]>;

/** Real titles, so that something is found. */
async function makeQueries(sql: Database): Promise<Queries> {
  const rows = await sql<{ title: string }[]>`
    select path[cardinality(path)] as title from catalog.assets where kind = 'TABLE' order by md5(id::text) limit 20`;
  const titles = rows.map((row) => row.title);
  const words = titles.map((title) => title.split('_')[0]!);
  return {
    'exact name': titles,
    word: words,
    'two words': titles.map((title) => title.split('_').slice(0, 2).join(' ')),
    prefix: words.map((word) => word.slice(0, 3)),
    letter: words.map((word) => word[0]!),
    typo: words.map((word) => word.slice(0, 2) + word.slice(3)),
    column: words.map((word) => `${word}_2`),
    'common word': ['id'],
    'nothing found': ['quokka', 'wombat numbat'],
    blank: [''],
  };
}

export async function run(context: BenchContext): Promise<BenchResult[]> {
  const relevance = await measureRelevance(context);
  const location = await context.createDatabase();
  const owner = connect({ url: location.ownerUrl, name: 'bench', max: 2, statementTimeoutMs: 0 });
  const sql = connect({ url: roleUrl(location, 'catalog'), name: 'bench', max: 4, statementTimeoutMs: 300_000 });
  const results: BenchResult[] = [...relevance];
  let meilisearch: Awaited<ReturnType<typeof fillMeilisearch>>;
  try {
    const assets = context.assets ?? (context.quick ? ASSETS / 10 : ASSETS);
    context.say(`making ${assets} assets …`);
    await makeAssets(owner, assets, context.say);
    context.say('filling the index …');
    const startedAt = performance.now();
    const count = await rebuildSearch({ sql, indexFor: createPostgresSearch });
    results.push({ name: 'filling the index', value: (count / (performance.now() - startedAt)) * 1000, unit: 'assets/s' });
    await owner.unsafe('vacuum analyze catalog.search_documents');
    await owner.unsafe('vacuum analyze catalog.search_words');
    for (const table of ['search_documents', 'search_words']) {
      const [row] = await owner<{ size: number }[]>`select pg_total_relation_size(${`catalog.${table}`}::regclass) as size`;
      results.push({ name: `size of ${table}`, value: row!.size / 2 ** 20, unit: 'MB' });
    }
    await owner`create extension if not exists pg_stat_statements`;
    meilisearch = await fillMeilisearch(sql, context);
    if (meilisearch) results.push({ name: 'Meilisearch: filling the index', value: meilisearch.perSecond, unit: 'assets/s' });

    const [source] = await sql<{ ids: number[] }[]>`select array_agg(id) as ids from access.classes group by source_id limit 1`;
    const viewers: Record<string, VisibleClasses> = { 'all of it': 'all', '1 %': source!.ids, nothing: [] };
    const queries = await makeQueries(sql);
    for (const [viewer, classes] of Object.entries(viewers)) {
      for (const [kind, texts] of Object.entries(queries)) {
        for (const whole of [false, true]) {
          if (whole && viewer === 'nothing') continue;
          const asked = { classes, texts, whole, rounds: context.quick ? 5 : ROUNDS };
          const times = await measure({ sql, owner, ...asked });
          const name = `${kind}${whole ? ', with totals and facets' : ''} (${viewer})`;
          results.push({ name: `${name}, p50`, value: times.p50, unit: 'ms' });
          results.push({ name: `${name}, p95`, value: times.p95, unit: 'ms', ratio: times.mean / times.server, baseline: 'the SQL alone' });
          if (!meilisearch) continue;
          const there = await time({ index: meilisearch.index, ...asked });
          results.push({ name: `Meilisearch: ${name}, p50`, value: there.p50, unit: 'ms' });
          results.push({
            name: `Meilisearch: ${name}, p95`,
            value: there.p95,
            unit: 'ms',
            ratio: there.mean / times.mean,
            baseline: 'PostgreSQL',
          });
        }
      }
    }
    return results;
  } finally {
    await meilisearch?.remove();
    await Promise.all([owner.end(), sql.end()]);
  }
}

/** Undefined without MEILI_URL. The index is one of this bench alone. */
async function fillMeilisearch(sql: Database, { say }: BenchContext) {
  const { MEILI_URL: url, MEILI_KEY: key } = readSettings();
  if (!url) return undefined;
  const copy = await openCopy({ url, key }, sql);
  const startedAt = performance.now();
  const onProgress = ({ copied, total }: Progress): void => {
    if (copied % TOLD_EVERY === 0) say(`  ${copied} of ${total} to Meilisearch …`);
  };
  const { documents } = (await fillCopy({ copy, sql, onProgress }))!;
  const perSecond = (documents / (performance.now() - startedAt)) * 1000;
  const { meili, serving } = copy;
  const remove = () => meili.run((client) => client.deleteIndex(serving));
  return { index: createMeilisearch({ meili, index: serving, sql }), perSecond, remove };
}

type Asked = { classes: VisibleClasses; texts: readonly string[]; whole: boolean; rounds: number };

/** Milliseconds of a search. */
async function time({ index, classes, texts, whole, rounds, begin }: Asked & { index: SearchIndex; begin?: () => Promise<unknown> }) {
  const search = async (query: string): Promise<void> => {
    const result = await index.search({ query, filter: {}, classes, first: 20, after: null });
    if (whole) await Promise.all([result.count(), result.facets()]);
  };
  for (const text of texts.slice(0, 3)) await search(text);
  await begin?.();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    await search(texts[round % texts.length]!);
    times.push(performance.now() - startedAt);
  }
  times.sort((a, b) => a - b);
  return {
    p50: times[Math.floor(times.length / 2)]!,
    p95: times[Math.floor(times.length * 0.95)]!,
    mean: times.reduce((sum, each) => sum + each, 0) / times.length,
  };
}

async function measure({ sql, owner, ...asked }: Asked & { sql: Database; owner: Database }) {
  const times = await time({ ...asked, index: createPostgresSearch(sql), begin: () => owner`select pg_stat_statements_reset()` });
  const [row] = await owner<{ ms: number }[]>`
    select coalesce(sum(s.total_exec_time), 0)::float8 as ms from pg_stat_statements s join pg_roles r on r.oid = s.userid where r.rolname like '%\\_catalog'`;
  // Nothing is asked of the server for who sees nothing.
  return { ...times, server: Math.max(row!.ms / asked.rounds, 0.001) };
}
