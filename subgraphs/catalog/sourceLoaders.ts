/** What the resolvers of sources, scans and runs share within an operation: batched reads that know who asks. */
import DataLoader from 'dataloader';
import { scopesFor, type Action } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { isId } from '#platform/ids.ts';
import * as scans from './store/scans.ts';
import * as sources from './store/sources.ts';
import type { ScanRow, ScanRunRow, ScanWarningRow, SourceRow } from './store/tables/source.ts';

export type SourceLoaders = {
  /** The ids of the sources that the viewer may read, edit or administer; null means all. */
  covered: (action: Action) => string[] | null;
  covers: (action: Action, sourceId: string) => boolean;
  /** Undefined when unknown, malformed or hidden. Removed ones are given: runs and tombstones still name them. */
  source: DataLoader<string, SourceRow | undefined>;
  scan: DataLoader<string, ScanRow | undefined>;
  run: DataLoader<string, ScanRunRow | undefined>;
  scansOf: DataLoader<string, ScanRow[]>;
  lastRunOf: DataLoader<string, ScanRunRow | undefined>;
  ownersOf: DataLoader<string, Awaited<ReturnType<typeof sources.listSourceOwners>>>;
  assetCountOf: DataLoader<string, number>;
  warningsOf: DataLoader<string, ScanWarningRow[]>;
};

export function createSourceLoaders(sql: Database, { viewer }: RequestContext): SourceLoaders {
  const covered = (action: Action) => (viewer ? sources.coveredSources(scopesFor(viewer, action)) : []);
  const covers = (action: Action, sourceId: string) => covered(action)?.includes(sourceId) ?? true;

  /** Rows by id: malformed ids never reach the database, hidden rows never leave. */
  const byId = <Row extends { id: string }>(read: (ids: string[]) => Promise<Row[]>, sourceOf: (row: Row) => string) =>
    new DataLoader<string, Row | undefined>(async (ids) => {
      const rows = await read(ids.filter(isId));
      const found = new Map(rows.filter((row) => covers('read', sourceOf(row))).map((row) => [row.id, row]));
      return ids.map((id) => found.get(id.toLowerCase()));
    });
  const groups = <Row, Key>(read: (keys: readonly Key[]) => Promise<Row[]>, keyOf: (row: Row) => Key) =>
    new DataLoader<Key, Row[]>(async (keys) => {
      const rows = Map.groupBy(await read(keys), keyOf);
      return keys.map((key) => rows.get(key) ?? []);
    });

  return {
    covered,
    covers,
    source: byId(
      (ids) => sources.getSourcesById(sql, ids),
      (row) => row.id,
    ),
    scan: byId(
      (ids) => scans.getScansById(sql, ids),
      (row) => row.sourceId,
    ),
    run: byId(
      (ids) => scans.getRunsById(sql, ids),
      (row) => row.sourceId,
    ),
    scansOf: groups(
      (ids) => scans.listScansOfSources(sql, ids),
      (row) => row.sourceId,
    ),
    ownersOf: groups(
      (ids) => sources.listSourceOwners(sql, ids),
      (row) => row.sourceId,
    ),
    warningsOf: groups(
      (ids) => scans.listWarnings(sql, ids),
      (row) => row.runId,
    ),
    lastRunOf: new DataLoader(async (ids) => {
      const rows = new Map((await scans.listLastRuns(sql, ids)).map((row) => [row.sourceId, row]));
      return ids.map((id) => rows.get(id));
    }),
    assetCountOf: new DataLoader(async (ids) => {
      const counts = await sources.countAssetsBySource(sql, ids);
      return ids.map((id) => counts.get(id) ?? 0);
    }),
  };
}
