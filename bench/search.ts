/**
 * Search on PostgreSQL over 100,000 assets: filling the index, and what people type, for viewers of everything, of 1 % and of
 * nothing; against the time that the server spends on the same statements.
 */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { roleUrl } from '#platform/database/roles.ts';
import { rebuildSearch } from '#subgraphs/catalog/search/indexer.ts';
import { createPostgresSearch } from '#subgraphs/catalog/search/postgres.ts';
import { makeAssets } from './fixtures/assets.ts';
import type { BenchContext, BenchResult } from './run.ts';

const ASSETS = 100_000;
const ROUNDS = 30;

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
  const location = await context.createDatabase();
  const owner = connect({ url: location.ownerUrl, name: 'bench', max: 2, statementTimeoutMs: 0 });
  const sql = connect({ url: roleUrl(location, 'catalog'), name: 'bench', max: 4, statementTimeoutMs: 300_000 });
  const results: BenchResult[] = [];
  try {
    context.say(`making ${ASSETS} assets …`);
    await makeAssets(owner, context.quick ? ASSETS / 10 : ASSETS, context.say);
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

    const [source] = await sql<{ ids: number[] }[]>`select array_agg(id) as ids from access.classes group by source_id limit 1`;
    const viewers: Record<string, VisibleClasses> = { 'all of it': 'all', '1 %': source!.ids, nothing: [] };
    const queries = await makeQueries(sql);
    for (const [viewer, classes] of Object.entries(viewers)) {
      for (const [kind, texts] of Object.entries(queries)) {
        for (const whole of [false, true]) {
          if (whole && viewer === 'nothing') continue;
          const times = await measure({ sql, owner, classes, texts, whole, rounds: context.quick ? 5 : ROUNDS });
          const name = `${kind}${whole ? ', with totals and facets' : ''} (${viewer})`;
          results.push({ name: `${name}, p50`, value: times.p50, unit: 'ms' });
          results.push({ name: `${name}, p95`, value: times.p95, unit: 'ms', ratio: times.mean / times.server, baseline: 'the SQL alone' });
        }
      }
    }
    return results;
  } finally {
    await Promise.all([owner.end(), sql.end()]);
  }
}

type Measure = { sql: Database; owner: Database; classes: VisibleClasses; texts: readonly string[]; whole: boolean; rounds: number };

async function measure({ sql, owner, classes, texts, whole, rounds }: Measure) {
  const search = async (query: string): Promise<void> => {
    const result = await createPostgresSearch(sql).search({ query, filter: {}, classes, first: 20, after: null });
    if (whole) await Promise.all([result.count(), result.facets()]);
  };
  for (const text of texts.slice(0, 3)) await search(text);
  await owner`select pg_stat_statements_reset()`;
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    await search(texts[round % texts.length]!);
    times.push(performance.now() - startedAt);
  }
  const [row] = await owner<{ ms: number }[]>`
    select coalesce(sum(s.total_exec_time), 0)::float8 as ms from pg_stat_statements s join pg_roles r on r.oid = s.userid where r.rolname like '%\\_catalog'`;
  times.sort((a, b) => a - b);
  return {
    p50: times[Math.floor(times.length / 2)]!,
    p95: times[Math.floor(times.length * 0.95)]!,
    mean: times.reduce((sum, each) => sum + each, 0) / times.length,
    // Nothing is asked of the server for who sees nothing.
    server: Math.max(row!.ms / rounds, 0.001),
  };
}
