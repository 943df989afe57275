/** How good the answers of a search index are, by the judged queries of `../fixtures/relevance/`. */
import type { Database } from '#platform/database/index.ts';
import { upsertClass } from '#platform/auth/access.ts';
import { newId } from '#platform/ids.ts';
import type { SearchDocument, SearchIndex } from '#subgraphs/catalog/search/index.ts';
import { DEMO_QUERIES } from '../fixtures/relevance/demoQueries.ts';
import { gradeOf, type JudgedQuery } from '../fixtures/relevance/judging.ts';
import type { NamedDocument } from '../fixtures/relevance/documents.ts';
import { makeWarehouse } from '../fixtures/relevance/warehouse.ts';
import { WAREHOUSE_QUERIES } from '../fixtures/relevance/warehouseQueries.ts';
import { ndcg, recall } from './measures.ts';

const NDCG_DEPTH = 10;
const RECALL_DEPTH = 20;
const AT_ONCE = 500;

/** What is searched in, with an access class of its own, and what is asked of it by who sees nothing else. */
export type Corpus = { name: string; accessClass: number; documents: readonly SearchDocument[]; queries: readonly JudgedQuery[] };

/** `demo`: as `readDemo` reads it. */
export async function makeCorpora(sql: Database, demo: readonly NamedDocument[]): Promise<Corpus[]> {
  const corpus = async (name: string, documents: readonly NamedDocument[], queries: readonly JudgedQuery[]): Promise<Corpus> => {
    const accessClass = await upsertClass(sql, { sourceId: newId(), domainId: null });
    return { name, accessClass, documents: documents.map((document) => ({ ...document, accessClass })), queries };
  };
  return [await corpus('demo', demo, DEMO_QUERIES), await corpus('3,000 tables', makeWarehouse(), WAREHOUSE_QUERIES)];
}

export async function fill(index: SearchIndex, { documents }: Corpus): Promise<void> {
  for (let from = 0; from < documents.length; from += AT_ONCE) await index.upsert(documents.slice(from, from + AT_ONCE));
}

/** `found`: names and grades of the first. */
export type Answer = JudgedQuery & { ndcg: number; recall: number; found: { name: string; grade: number }[] };

export async function judge(index: SearchIndex, { accessClass, documents, queries }: Corpus): Promise<Answer[]> {
  const known = new Map(documents.map((document) => [document.id, document]));
  const answers: Answer[] = [];
  for (const query of queries) {
    const { hits } = await index.search({ query: query.query, filter: {}, classes: [accessClass], first: RECALL_DEPTH, after: null });
    const found = hits.slice(0, RECALL_DEPTH).map(({ assetId }) => {
      const document = known.get(assetId)!;
      return { name: document.name, grade: gradeOf(query, document) };
    });
    const grades = found.map(({ grade }) => grade);
    const all = documents.map((document) => gradeOf(query, document));
    answers.push({ ...query, found, ndcg: ndcg(grades, all, NDCG_DEPTH), recall: recall(grades, all, RECALL_DEPTH) });
  }
  return answers;
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
