/** Sizes, last and apart: measuring a table waits for whoever locks it, and a size that cannot be had never fails a scan. */
import { qualifiedName, type ReadItem, type ReadOptions } from '../types.ts';
import { relationId } from './assets.ts';
import { openCursor } from './cursors.ts';
import { explainFailure, lockedWarning } from './explain.ts';
import { locks, sizes, stored, type DatabaseRow, type LockRow, type SizeRow, type StoredRow } from './queries.ts';
import { QueryFailure, type Session } from './session.ts';

const BATCH = 1000;
const ATTEMPTS = 3;

/**
 * Yields sizes by asset, those of partitions added up, and a warning for each locked one that is not in `told` yet. Whatever
 * fails here is a warning: the database's metadata is complete.
 */
export async function* readSizes(
  session: Session,
  database: DatabaseRow,
  told: Set<number>,
  options: ReadOptions,
): AsyncGenerator<ReadItem, void, undefined> {
  try {
    await session.begin();
    yield* measure(session, database, told, options);
    await session.commit();
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof QueryFailure)) throw error;
    const failure = explainFailure(error, qualifiedName([database[1]]));
    yield { type: 'warning', warning: { ...failure, message: `Sizes were kept as they were known. ${failure.message}` } };
  }
}

async function* measure(
  session: Session,
  database: DatabaseRow,
  told: Set<number>,
  options: ReadOptions,
): AsyncGenerator<ReadItem, void, undefined> {
  let locked = await lockedAssets(session);
  const totals = new Map<number, number | null>();
  const tables = openCursor<StoredRow>(session, 'sizes', stored, BATCH);
  for (let batch = await tables.next(); batch; batch = await tables.next()) {
    const inScope = batch.filter(([, , schema, name]) => options.includes(schema, name));
    for (let attempt = 1; ; attempt++) {
      const open = inScope.filter(([root]) => !locked.has(root));
      try {
        const rows = open.length === 0 ? [] : await session.attempt<SizeRow>('sizes', sizes(open.map(([, oid]) => oid)));
        addUp(totals, open, rows);
        break;
      } catch (error) {
        const lockCameBetween = error instanceof QueryFailure && error.state === '55P03' && attempt < ATTEMPTS;
        if (!lockCameBetween) throw error;
        locked = new Set([...locked, ...(await lockedAssets(session))]);
      }
    }
    for (const [root, , schema, name] of inScope) {
      if (!locked.has(root)) continue;
      totals.delete(root); // Of some of its partitions perhaps, and a part is no size.
      if (!told.has(root)) yield { type: 'warning', warning: lockedWarning(qualifiedName([database[1], schema, name])) };
      told.add(root);
    }
    // The rows are ordered by asset: only the last one's partitions may go on in the next batch.
    const last = batch.at(-1)![0];
    yield* emit(database, totals, last);
  }
  yield* emit(database, totals, undefined);
}

async function lockedAssets(session: Session): Promise<Set<number>> {
  return new Set((await session.query<LockRow>('sizes', locks)).map(([, root]) => root));
}

function addUp(totals: Map<number, number | null>, tables: readonly StoredRow[], rows: readonly SizeRow[]): void {
  const bytes = new Map(rows);
  for (const [root, oid] of tables) {
    const size = bytes.get(oid) ?? null; // null: dropped meanwhile.
    const sum = totals.get(root);
    totals.set(root, size === null ? (sum ?? null) : (sum ?? 0) + Number(size));
  }
}

function* emit(
  database: DatabaseRow,
  totals: Map<number, number | null>,
  except: number | undefined,
): Generator<ReadItem, void, undefined> {
  const done = [...totals].filter(([root]) => root !== except);
  for (const [root] of done) totals.delete(root);
  if (done.length > 0) yield { type: 'sizes', sizes: done.map(([root, bytes]) => ({ nativeId: relationId(database, root), bytes })) };
}
