/** Cursors of the server, read in batches one ahead of their use, so that it works while we do and memory stays bounded. */
import type { QueryName } from './queries.ts';
import type { Session } from './session.ts';

export type Batches<Row> = {
  /** The next batch; undefined at the end. */
  next(): Promise<Row[] | undefined>;
};

/**
 * Opens a cursor in the session's transaction. Of its batches at most two are in memory: the one handed out and the one after it.
 * `prepare` sees each batch before it is handed out and may ask the session for more.
 */
export function openCursor<Row>(
  session: Session,
  name: QueryName,
  text: string,
  size: number,
  prepare?: (rows: Row[]) => Promise<void>,
): Batches<Row> {
  const cursor = `scan_${name}`;
  const declared = session.query(name, `declare ${cursor} no scroll cursor for ${text}`);
  // Whoever awaits the batch gets the error; until then it is no unhandled one.
  declared.catch(() => {});
  const fetch = (): Promise<Row[]> => {
    const batch = Promise.all([session.query<Row>(name, `fetch ${size} from ${cursor}`), declared]).then(async ([rows]) => {
      await prepare?.(rows);
      return rows;
    });
    batch.catch(() => {}); // As above.
    return batch;
  };
  let ahead: Promise<Row[]> | undefined = fetch();
  return {
    next: async () => {
      if (!ahead) return undefined;
      const rows = await ahead;
      ahead = rows.length < size ? undefined : fetch();
      return rows.length === 0 ? undefined : rows;
    },
  };
}

export type Groups<Row> = {
  /** The rows of this relation. Relations are asked for in ascending order; rows of those passed over are dropped. */
  take(relation: number): Promise<Row[]>;
};

/** A cursor whose rows begin with a relation's oid and are ordered by it, as the groups of each relation. */
export function openGroups<Row extends readonly [number, ...unknown[]]>(
  session: Session,
  name: QueryName,
  text: string,
  size: number,
  prepare?: (rows: Row[]) => Promise<void>,
): Groups<Row> {
  const batches = openCursor<Row>(session, name, text, size, prepare);
  let rows: Row[] | undefined = [];
  let at = 0;
  return {
    take: async (relation) => {
      const found: Row[] = [];
      while (rows) {
        for (; at < rows.length && rows[at]![0] <= relation; at++) if (rows[at]![0] === relation) found.push(rows[at]!);
        if (at < rows.length) break;
        rows = await batches.next();
        at = 0;
      }
      return found;
    },
  };
}

/** Starts at once and works on the next item while the last one is used. */
export function ahead<Item>(source: AsyncGenerator<Item, void, undefined>): AsyncGenerator<Item, void, undefined> {
  const request = (): Promise<IteratorResult<Item, void>> => {
    const result = source.next();
    result.catch(() => {}); // Whoever awaits the item gets the error.
    return result;
  };
  let coming = request();
  return (async function* () {
    for (let result = await coming; !result.done; result = await coming) {
      coming = request();
      yield result.value;
    }
  })();
}
