/** Reads a server's databases, one connection and one transaction after the other, as a stream of assets. */
import { setTimeout as sleep } from 'node:timers/promises';
import { qualifiedName, type ReadItem, type ReadOptions } from '../types.ts';
import { createTypeNames, databaseAsset, isComplete, isView, relationAsset, relationId, schemaAsset } from './assets.ts';
import { databaseNames, resolveTarget, type PostgresConfig, type Target } from './config.ts';
import { ahead, openCursor, openGroups } from './cursors.ts';
import { explainConnection, explainFailure, lockedWarning, TooOld, upstream, warning } from './explain.ts';
import {
  allDatabases,
  columns,
  constraints,
  currentDatabase,
  dependencies,
  indexes,
  locks,
  relationNames,
  relations,
  schemas,
  types,
  views,
  type ColumnsRow,
  type ConstraintRow,
  type DatabaseRow,
  type DependencyRow,
  type IndexRow,
  type LockRow,
  type NameRow,
  type RelationRow,
  type SchemaRow,
  type TypeRow,
  type ViewRow,
} from './queries.ts';
import { OLDEST_VERSION, openSession, QueryFailure, sqlStateOf, type Session } from './session.ts';
import { readSizes } from './sizes.ts';

/** Rows of a batch. A view's SQL may be long, so its batches are short. */
const BATCH = { names: 5000, relations: 500, columns: 250, constraints: 1000, indexes: 1000, views: 100, dependencies: 2000 };
const ATTEMPTS = 3;
/** Too many connections, a lock that came in between, a standby that replays, an object that went away while it was printed: gone in a moment, mostly. */
const WORTH_ANOTHER_TRY = new Set(['53300', '55P03', '40001', 'XX000']);
const PAUSE_MS = 300;

export async function* read(config: PostgresConfig, options: ReadOptions): AsyncGenerator<ReadItem, void, undefined> {
  const target = resolveTarget(config);
  const wanted = databaseNames(config);
  const all = wanted.includes('*');
  const names = all ? await listDatabases(target, options) : wanted;
  yield { type: 'containers', names, complete: all };
  let reached = all;
  /** The server itself is gone: what is left of the list need not wait for it, one database after the other. */
  let gone: string | undefined;
  for (const name of names) {
    if (options.skipContainers.has(name)) {
      yield {
        type: 'warning',
        warning: warning(
          'DATABASE_OF_ANOTHER_SOURCE',
          qualifiedName([name]),
          'This database belongs to another source of the same server; it was left out.',
        ),
      };
      continue;
    }
    let session: Session | undefined;
    let problem = gone;
    try {
      session = gone === undefined ? await connect(target, name, options) : undefined;
    } catch (error) {
      options.signal.throwIfAborted();
      const { message, check, otherDatabasesMayWork } = explainConnection(error, target, name);
      if (config.databases === undefined || (!reached && !otherDatabasesMayWork)) throw upstream(error, target, name);
      problem = `${message} ${check}`;
      if (!otherDatabasesMayWork) gone = problem;
    }
    if (session) {
      reached = true;
      yield* readDatabase(target, name, session, options);
    } else {
      yield { type: 'container', name, total: null };
      yield { type: 'containerFailed', name, warning: warning('DATABASE_UNREACHABLE', qualifiedName([name]), problem ?? '') };
    }
  }
}

/** Waits a little where the server has no connection left. */
export async function connect(target: Target, database: string, options: Pick<ReadOptions, 'signal' | 'faults'>): Promise<Session> {
  for (let attempt = 1; ; attempt++) {
    try {
      const session = await openSession(target, database, options);
      if (session.versionNumber >= OLDEST_VERSION) return session;
      await session.close();
      throw new TooOld();
    } catch (error) {
      if (attempt === ATTEMPTS || sqlStateOf(error) !== '53300') throw error;
      await sleep(PAUSE_MS * 3 ** (attempt - 1), undefined, { signal: options.signal });
    }
  }
}

/** All of the server that can be entered. */
export async function listDatabases(target: Target, options: Pick<ReadOptions, 'signal' | 'faults'>): Promise<string[]> {
  let database = target.database;
  let session: Session;
  try {
    session = await connect(target, database, options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (target.databaseGiven || sqlStateOf(error) !== '3D000') throw upstream(error, target, database);
    // No database was named, and the user has none of its own: every server has this one.
    database = 'postgres';
    session = await connect(target, database, options).catch((again: unknown) => {
      options.signal.throwIfAborted();
      throw upstream(again, target, database);
    });
  }
  try {
    const rows = await session.query<[string]>('databases', allDatabases);
    return rows.map(([name]) => name);
  } catch (error) {
    options.signal.throwIfAborted();
    throw upstream(error, target, database);
  } finally {
    await session.close();
  }
}

/** All of one database. Ends with `containerComplete` or `containerFailed`, and sizes; closes the session. */
async function* readDatabase(
  target: Target,
  name: string,
  first: Session,
  options: ReadOptions,
): AsyncGenerator<ReadItem, void, undefined> {
  const subject = qualifiedName([name]);
  let session = first;
  const progress: Progress = { announced: false, told: new Set(), database: undefined };
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        yield* readCatalog(session, name, options, progress);
        break;
      } catch (error) {
        options.signal.throwIfAborted();
        if (!(error instanceof QueryFailure)) throw error;
        const again = attempt < ATTEMPTS && !error.lost && WORTH_ANOTHER_TRY.has(error.state ?? '');
        if (!again) {
          if (!progress.announced) yield { type: 'container', name, total: null };
          yield { type: 'containerFailed', name, warning: explainFailure(error, subject) };
          return;
        }
      }
      await session.close();
      await sleep(PAUSE_MS * 3 ** (attempt - 1), undefined, { signal: options.signal });
      try {
        session = await connect(target, name, options);
      } catch (error) {
        options.signal.throwIfAborted();
        const { message, check } = explainConnection(error, target, name);
        if (!progress.announced) yield { type: 'container', name, total: null };
        yield { type: 'containerFailed', name, warning: warning('DATABASE_UNREACHABLE', subject, `${message} ${check}`) };
        return;
      }
    }
    const sizes = progress.database ? ahead(readSizes(session, progress.database, progress.told, options)) : [];
    yield { type: 'containerComplete', name };
    yield* sizes;
  } finally {
    await session.close();
  }
}

/** What outlives an attempt: a container is announced once, and a relation that could not be read in whole is told of once. */
type Progress = { announced: boolean; told: Set<number>; database: DatabaseRow | undefined };

async function* readCatalog(
  session: Session,
  name: string,
  options: ReadOptions,
  progress: Progress,
): AsyncGenerator<ReadItem, void, undefined> {
  await session.begin();
  const [[database], lockRows, schemaRows, total] = await Promise.all([
    session.query<DatabaseRow>('databases', currentDatabase),
    session.query<LockRow>('locks', locks),
    session.query<SchemaRow>('schemas', schemas),
    countRelations(session, options),
  ]);
  if (!database) throw new QueryFailure('databases', {});
  progress.database = database;
  const stream = openRelations(
    session,
    lockRows.map(([locked]) => locked),
  );
  if (!progress.announced) yield { type: 'container', name, total: 1 + schemaRows.length + total };
  progress.announced = true;
  yield { type: 'asset', asset: databaseAsset(database) };
  for (const row of schemaRows) yield { type: 'asset', asset: schemaAsset(database, row) };
  const lockedAssets = new Set(lockRows.map(([, root]) => root));
  for (let batch = await stream.relations.next(); batch; batch = await stream.relations.next()) {
    for (const relation of batch) {
      if (!options.includes(relation[1], relation[2])) continue;
      yield* relationItems(database, await stream.rowsOf(relation), stream.typeNames, lockedAssets, lockRows.length > 0, progress);
    }
  }
  // A connection that broke after its last row was fetched shows here: only what was read to the end is complete.
  await session.commit();
}

function* relationItems(
  database: DatabaseRow,
  rows: Parameters<typeof relationAsset>[1],
  typeNames: Parameters<typeof relationAsset>[2],
  lockedAssets: ReadonlySet<number>,
  anyLock: boolean,
  progress: Progress,
): Generator<ReadItem, void, undefined> {
  const [oid, schema, name] = rows.relation;
  const path = [database[1], schema, name];
  const subject = qualifiedName(path);
  const locked = lockedAssets.has(oid);
  const told = progress.told.has(oid);
  const complete = isComplete(rows);
  if (locked || !complete) progress.told.add(oid);
  if (complete) {
    if (locked && !told) yield { type: 'warning', warning: lockedWarning(subject) };
    yield { type: 'asset', asset: relationAsset(database, rows, typeNames) };
  } else if (!told) {
    const reason =
      locked || (anyLock && isView(rows.relation))
        ? warning(
            'RELATION_LOCKED',
            subject,
            'Another transaction holds a lock on this relation, or on one that it reads; what is known of it was kept.',
          )
        : warning('RELATION_CHANGED', subject, 'This relation was changed or dropped while it was read; what is known of it was kept.');
    yield { type: 'unreadable', path, nativeId: relationId(database, oid), warning: reason };
  }
}

async function countRelations(session: Session, options: ReadOptions): Promise<number> {
  const names = openCursor<NameRow>(session, 'relations', relationNames, BATCH.names);
  let count = 0;
  for (let batch = await names.next(); batch; batch = await names.next()) {
    for (const [schema, relation] of batch) if (options.includes(schema, relation)) count++;
  }
  await session.query('relations', 'close scan_relations');
  return count;
}

/** The streams of all relations and what they have, side by side. */
function openRelations(session: Session, locked: number[]) {
  const typeNames = createTypeNames();
  const learnTypes = async (rows: ColumnsRow[]): Promise<void> => {
    const missing = typeNames.missing(rows);
    if (missing.length > 0) typeNames.learn(await session.query<TypeRow>('types', types(missing)));
  };
  const streams = {
    relations: openCursor<RelationRow>(session, 'relations', relations(session.versionNumber), BATCH.relations),
    columns: openGroups<ColumnsRow>(session, 'columns', columns(locked), BATCH.columns, learnTypes),
    constraints: openGroups<ConstraintRow>(session, 'constraints', constraints(locked), BATCH.constraints),
    indexes: openGroups<IndexRow>(session, 'indexes', indexes(locked), BATCH.indexes),
    views: openGroups<ViewRow>(session, 'views', views(locked), BATCH.views),
    dependencies: openGroups<DependencyRow>(session, 'dependencies', dependencies, BATCH.dependencies),
  };
  return {
    typeNames,
    relations: streams.relations,
    rowsOf: async (relation: RelationRow) => {
      const [oid] = relation;
      const view = isView(relation);
      return {
        relation,
        columns: (await streams.columns.take(oid))[0],
        constraints: await streams.constraints.take(oid),
        indexes: await streams.indexes.take(oid),
        definition: view ? ((await streams.views.take(oid))[0]?.[1] ?? null) : null,
        dependencies: view ? await streams.dependencies.take(oid) : [],
      };
    },
  };
}
