/**
 * What Meilisearch has of the tables. How far that is stands there, in a document of its own (the mark), as well as in PostgreSQL: whatever
 * dies, and whatever becomes of the server, what is missing there is found out by looking.
 */
import type { Database, Queryable } from '#platform/database/index.ts';
import { CATALOG_MEILISEARCH } from '#platform/events/consumerNames.ts';
import type { Meili } from './connection.ts';
import { NoDocument, NoIndex } from './failures.ts';
import { MARK, PRIMARY_KEY } from './settings.ts';

export type Copy = {
  meili: Meili;
  /** The index that answers, and the one that is filled before it takes its place. */
  serving: string;
  filling: string;
};

/** Of an index that was filled: by which filling, from which event on it has to be told of, and the last one that it was told of. */
export type Mark = { fill: string; from: number; seq: number };

/** Undefined where there is no index, or none that was filled: whoever gives a document to one that is not there makes it. */
export async function readMark({ meili, serving }: Copy): Promise<Mark | undefined> {
  try {
    const { fill, from, seq } = await meili.ask((client) => client.index<Mark & { id: string }>(serving).getDocument(MARK));
    return fill === undefined || from === undefined || seq === undefined ? undefined : { fill, from, seq };
  } catch (error) {
    if (error instanceof NoIndex || error instanceof NoDocument) return undefined;
    throw error;
  }
}

/** Only what is given is changed: an index that took another's place meanwhile keeps its own `fill`. */
export const writeMark = ({ meili }: Copy, index: string, mark: Partial<Mark>) =>
  meili.ask((client) => client.index(index).updateDocuments([{ [PRIMARY_KEY]: MARK, ...mark }], { primaryKey: PRIMARY_KEY }));

export type Told = { fill: string; seq: number };

/** What PostgreSQL knows of it. */
export async function findTold(sql: Queryable, { serving }: Copy): Promise<Told | undefined> {
  const [row] = await sql<Told[]>`select fill, seq from catalog.search_copies where name = ${serving}`;
  return row;
}

/** In one transaction with the cursor. Others wait until it ends. */
export async function startFrom(tx: Queryable, { serving }: Copy, { fill, seq }: Told): Promise<void> {
  await tx`
    insert into events.cursors (consumer, seq) values (${CATALOG_MEILISEARCH}, ${seq}) on conflict (consumer) do update set seq = excluded.seq`;
  await tx`
    insert into catalog.search_copies (name, fill, seq) values (${serving}, ${fill}, ${seq})
    on conflict (name) do update set fill = excluded.fill, seq = excluded.seq`;
}

/** Where PostgreSQL and the mark differ, the server was put back, or another index took the place of that one: the log is read again from there. */
export async function followMark(sql: Database, copy: Copy, mark: Mark): Promise<void> {
  const told = await findTold(sql, copy);
  if (told?.fill === mark.fill && told.seq <= mark.seq) return;
  await sql.begin((tx) => startFrom(tx, copy, { fill: mark.fill, seq: told?.fill === mark.fill ? mark.seq : mark.from }));
}

/** The database's history, which the log of a restored backup, and a standby that took over, do not share. */
export async function readHistory(sql: Queryable): Promise<string> {
  const [row] = await sql<{ history: string }[]>`
    select l.epoch || '-' || d.oid || '-' || case when pg_is_in_recovery() then 'standby' else left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) end as history
    from events.head l join pg_database d on d.datname = current_database()`;
  return row!.history;
}
