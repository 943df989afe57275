/** The relevance of what each implementation finds among the same 3,000 tables, and in the demo. Tells the queries that are answered worst. */
import { readSettings } from '#platform/config.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { roleUrl } from '#platform/database/roles.ts';
import type { SearchIndex } from '#subgraphs/catalog/search/index.ts';
import { createMeilisearch } from '#subgraphs/catalog/search/meilisearch.ts';
import { openCopy } from '#subgraphs/catalog/search/meilisearch/index.ts';
import { PRIMARY_KEY, SETTINGS } from '#subgraphs/catalog/search/meilisearch/settings.ts';
import { createPostgresSearch } from '#subgraphs/catalog/search/postgres.ts';
import { readDemo } from '../fixtures/relevance/demo.ts';
import type { BenchContext, BenchResult } from '../run.ts';
import { fill, judge, makeCorpora, mean, type Answer } from './judge.ts';

const AIM = 0.9;
const MOST_TOLD = 12;

export async function measureRelevance(context: BenchContext): Promise<BenchResult[]> {
  const sql = connect({ url: roleUrl(await context.createDatabase(), 'catalog'), name: 'bench', max: 4, statementTimeoutMs: 300_000 });
  const meilisearch = await openMeilisearch(sql);
  // In this order: what may have been mistyped Meilisearch is told by PostgreSQL's words.
  const indexes: Record<string, SearchIndex> = {
    PostgreSQL: createPostgresSearch(sql),
    ...(meilisearch && { Meilisearch: meilisearch.index }),
  };
  try {
    const { url } = await context.createEmptyDatabase();
    const corpora = await makeCorpora(sql, await readDemo(url));
    const results: BenchResult[] = [];
    for (const [name, index] of Object.entries(indexes)) {
      for (const corpus of corpora) await fill(index, corpus);
      const all: Answer[] = [];
      for (const corpus of corpora) {
        const answers = await judge(index, corpus);
        results.push(...summarize(`${name}: ${corpus.name}`, answers));
        all.push(...answers);
      }
      results.push(...summarize(`${name}: both`, all));
      tellWorst(context, name, all);
    }
    return results;
  } finally {
    await meilisearch?.remove();
    await sql.end();
  }
}

function summarize(name: string, answers: readonly Answer[]): BenchResult[] {
  const ndcg = mean(answers.map((answer) => answer.ndcg));
  return [
    { name: `${name}, nDCG@10`, value: ndcg, unit: `of ${answers.length} queries`, ratio: ndcg / AIM, baseline: `aim of ${AIM}` },
    { name: `${name}, recall@20`, value: mean(answers.map((answer) => answer.recall)), unit: `of ${answers.length} queries` },
  ];
}

function tellWorst({ say }: BenchContext, name: string, answers: readonly Answer[]): void {
  const worst = answers.filter(({ ndcg }) => ndcg < AIM).toSorted((a, b) => a.ndcg - b.ndcg);
  say(
    `${name}: ${worst.length} of ${answers.length} queries are below ${AIM}${worst.length > 0 ? ', the worst first (grades of what is found):' : ''}`,
  );
  for (const { query, why, ndcg, found } of worst.slice(0, MOST_TOLD)) {
    const [first] = found;
    say(
      `  ${ndcg.toFixed(2)}  "${query}" (${why}): ${found.map(({ grade }) => grade).join('') || 'nothing'}${first ? `, first ${first.name}` : ''}`,
    );
  }
}

/** Undefined without MEILI_URL. The index is one of this bench alone. */
async function openMeilisearch(sql: Database) {
  const { MEILI_URL: url, MEILI_KEY: key } = readSettings();
  if (!url) return undefined;
  const { meili, serving } = await openCopy({ url, key }, sql);
  await meili.run((client) => client.createIndex(serving, { primaryKey: PRIMARY_KEY }));
  await meili.run((client) => client.index(serving).updateSettings(SETTINGS));
  const remove = () => meili.run((client) => client.deleteIndex(serving));
  return { index: createMeilisearch({ meili, index: serving, sql }), remove };
}
