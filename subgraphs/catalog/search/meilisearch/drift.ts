/**
 * Compares what Meilisearch has with the tables: every document, some hundreds at a time. Others write meanwhile, so what differs is looked
 * at again while nobody copies, and what is not told yet is no difference.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Transaction } from '#platform/database/index.ts';
import { Conflict } from '#platform/errors.ts';
import { CATALOG_MEILISEARCH } from '#platform/events/consumerNames.ts';
import { isId } from '#platform/ids.ts';
import { loadDocuments } from '../documents.ts';
import { readMark, type Copy } from './copy.ts';
import { listIds } from './filling.ts';
import { MARK } from './settings.ts';
import { TYPES } from './projector.ts';
import { toStored, type StoredDocument } from './stored.ts';
import { keepOpen } from './turns.ts';
import { findClasses } from './writing.ts';

const AT_ONCE = 500;
const PATIENCE_MS = 10_000;
/** An event has its number after some hundredths of a second. */
const LOOK_MS = 500;
/** Of a value that is told. */
const MOST_TOLD = 60;

export type Difference = {
  /** `missing` in Meilisearch, `extra` there, or `different` from the tables. */
  what: 'missing' | 'extra' | 'different';
  id: string;
  name: string;
  /** Of what is different: its values by name, in JSON, cut where they are long. */
  fields: Record<string, { fact: string; copy: string }>;
};

export type Drift = {
  compared: number;
  count: number;
  /** The first of them. */
  differences: Difference[];
  /** Documents that differ because Meilisearch has yet to be told. */
  pending: number;
};

type Options = { copy: Copy; sql: Database; most: number; onProgress?: (compared: number) => void; patienceMs?: number };

/** Throws Conflict where there is no whole index, Upstream where Meilisearch fails. */
export async function findDrift({ copy, sql, most, onProgress = () => {}, patienceMs = PATIENCE_MS }: Options): Promise<Drift> {
  if (!(await readMark(copy)))
    throw new Conflict('Meilisearch has no whole index of assets yet. Look whether a worker runs, which fills it, or rebuild search.');
  const until = performance.now() + patienceMs;
  const drift: Drift = { compared: 0, count: 0, differences: [], pending: 0 };

  /** What of these differs now, twice in a row without an event that is yet to be told of. */
  async function settle(ids: readonly string[]): Promise<void> {
    let suspected = new Set<string>();
    for (let left = [...ids]; left.length > 0; await sleep(LOOK_MS)) {
      const { found, late } = await whileNobodyCopies(sql, async (tx) => ({
        found: await compare(tx, copy, left),
        late: await findLate(tx, left),
      }));
      const settled = found.filter(({ id }) => suspected.has(id) && !late.has(id));
      drift.count += settled.length;
      drift.differences.push(...settled.slice(0, most - drift.differences.length));
      const rest = found.filter((each) => !settled.includes(each)).map(({ id }) => id);
      suspected = new Set(rest.filter((id) => !late.has(id)));
      if (performance.now() > until && suspected.size === 0) {
        drift.pending += rest.length;
        return;
      }
      left = rest;
    }
  }

  for (let after: string | null = null; ;) {
    const ids = await listIds(sql, after, AT_ONCE);
    await settle((await compare(sql, copy, ids)).map(({ id }) => id));
    drift.compared += ids.length;
    onProgress(drift.compared);
    if (ids.length < AT_ONCE) break;
    after = ids.at(-1)!;
  }
  for (let offset = 0; ; offset += AT_ONCE) {
    const { results } = await copy.meili.ask((client) =>
      client.index<{ id: string }>(copy.serving).getDocuments({ fields: ['id'], offset, limit: AT_ONCE }),
    );
    const ids = results.map(({ id }) => String(id)).filter((id) => id !== MARK);
    const known = await sql<{ id: string }[]>`select id from catalog.assets where id = any(${ids.filter(isId)}::uuid[])`;
    const there = new Set(known.map(({ id }) => id));
    await settle(ids.filter((id) => !there.has(id)));
    if (results.length < AT_ONCE) return drift;
  }
}

async function compare(sql: Database | Transaction, copy: Copy, ids: readonly string[]): Promise<Difference[]> {
  if (ids.length === 0) return [];
  const documents = await loadDocuments(sql, ids.filter(isId));
  const classOf = await findClasses(sql, documents);
  const facts = new Map(documents.map((document) => [document.id, toStored(document, classOf)]));
  // By its ids, which the client would put into the address.
  const { results } = await copy.meili.ask((client) =>
    client.index(copy.serving).httpRequest.post<{ results: StoredDocument[] }>({
      path: `indexes/${copy.serving}/documents/fetch`,
      body: { ids, limit: ids.length },
    }),
  );
  const copies = new Map(results.map((stored) => [String(stored.id), stored]));
  const names = new Map(documents.map(({ id, name }) => [id, name]));
  return ids.flatMap((id) => findDifference(id, names.get(id), facts.get(id), copies.get(id)) ?? []);
}

function findDifference(
  id: string,
  name: string | undefined,
  fact: StoredDocument | undefined,
  copied: StoredDocument | undefined,
): Difference | undefined {
  if (!fact && !copied) return undefined;
  if (!copied) return { what: 'missing', id, name: name ?? id, fields: {} };
  if (!fact) return { what: 'extra', id, name: typeof copied.title === 'string' ? copied.title : id, fields: {} };
  const keys = [...new Set([...Object.keys(fact), ...Object.keys(copied)])] as (keyof StoredDocument)[];
  const fields = Object.fromEntries(
    keys.flatMap((key) => {
      const [left, right] = [JSON.stringify(fact[key]) ?? 'nothing', JSON.stringify(copied[key]) ?? 'nothing'];
      return left === right ? [] : [[key, { fact: left.slice(0, MOST_TOLD), copy: right.slice(0, MOST_TOLD) }]];
    }),
  );
  return Object.keys(fields).length > 0 ? { what: 'different', id, name: name ?? id, fields } : undefined;
}

const whileNobodyCopies = <Result>(sql: Database, work: (tx: Transaction) => Promise<Result>): Promise<Result> =>
  sql.begin(async (tx) => {
    await keepOpen(tx);
    await tx`select from events.cursors where consumer = ${CATALOG_MEILISEARCH} for update`;
    return await work(tx);
  }) as Promise<Result>;

/** Those of which the log tells more than Meilisearch was told; all of them where a term was changed. */
async function findLate(tx: Transaction, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx<{ type: string; subject: string | null }[]>`
    select distinct l.type, l.subject from events.log l
    where l.seq > coalesce((select c.seq from events.cursors c where c.consumer = ${CATALOG_MEILISEARCH}), 0)
      and l.type = any(${TYPES as string[]}::text[])`;
  return new Set(rows.some(({ type }) => type === 'term.updated') ? ids : rows.flatMap(({ subject }) => subject ?? []));
}
