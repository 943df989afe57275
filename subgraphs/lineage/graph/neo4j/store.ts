/** The graph in Neo4j: a generation of what the projection copies there (`generations.ts`), asked by `queries.ts`. */
import { isNobody } from '#platform/auth/classes.ts';
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { ColumnNode, Direction, GraphEdge, GraphStore, JobNode, Level, RunNode, View } from '../index.ts';
import type { Neo4j, Parameters } from './connection.ts';
import {
  COUNT_ASSETS,
  COUNT_NEIGHBOURS,
  FIND_COLUMNS,
  FIND_ALL_EDGES,
  FIND_EDGES,
  FIND_FIRST_EDGES,
  FIND_FIRST_OF_ALL_EDGES,
  FIND_NEIGHBOURS,
  FIND_NEXT,
  FIND_VISIBLE,
  GET_COLUMNS,
  GET_JOBS,
  GET_RUNS,
  LIST_HISTORY,
  LIST_JOB_FLOWS,
  LIST_RUNS,
  STREAM_FLOWS,
  type Way,
} from './queries.ts';
import { keyOf, OPEN } from './writing.ts';

const WAYS: Record<Direction, readonly Way[]> = { UPSTREAM: ['UPSTREAM'], DOWNSTREAM: ['DOWNSTREAM'], BOTH: ['UPSTREAM', 'DOWNSTREAM'] };

type EdgeRow = Omit<GraphEdge, 'kind' | 'validFrom' | 'validTo'> & { validFrom: number; validTo: number };
type RunRow = Omit<RunNode, 'startedAt' | 'endedAt' | 'begunAt'> & { startedAt: number | null; endedAt: number | null; begunAt: number };
type EdgeEnds = Pick<GraphEdge, 'fromId' | 'toId'>;
/** What of a question is lists. */
type Given = { keys?: string[]; jobs?: readonly string[]; among?: string[]; except?: readonly string[]; after?: readonly unknown[] | null };

export function createNeo4jGraph(neo4j: Neo4j, number: number): GraphStore {
  const generation = BigInt(number);
  const keysOf = (ids: readonly string[]): string[] => ids.map((id) => keyOf(number, id));
  const of = (classes: VisibleClasses, given: Given = {}) => ({
    generation,
    all: classes === 'all',
    given: { ...given, classes: classes === 'all' ? [] : classes.map(BigInt) },
  });
  // At the last moment there is what has no end.
  const ofView = ({ at, classes }: View, given?: Given) => ({ at: BigInt(at?.getTime() ?? OPEN - 1), ...of(classes, given) });
  const inWays = <Row extends object>(direction: Direction, texts: Record<Way, string>, parameters: Parameters): Promise<Row[][]> =>
    Promise.all(WAYS[direction].map((way) => neo4j.read<Row>(texts[way], parameters)));

  return {
    async findVisible(ids, level, classes) {
      if (isNobody(classes) || ids.length === 0) return [];
      const rows = await neo4j.read<{ id: string }>(FIND_VISIBLE, { level, ...of(classes, { keys: keysOf(ids) }) });
      return rows.map(({ id }) => id);
    },

    async findNext(view, ids, except, limit) {
      if (isNobody(view.classes) || ids.length === 0) return [];
      const parameters = { ...ofView(view, { keys: keysOf(ids), except }), limit: BigInt(limit) };
      const found = await inWays<{ id: string }>(view.direction, FIND_NEXT, parameters);
      return firstOf(found, ({ id }) => id, limit).map(({ id }) => id);
    },

    async findNeighbours(view, ids, limit) {
      if (isNobody(view.classes) || ids.length === 0) return new Map();
      const parameters = { ...ofView(view, { keys: keysOf(ids) }), limit: BigInt(limit) };
      const found = await inWays<{ own: string; ids: string[] }>(view.direction, FIND_NEIGHBOURS, parameters);
      const lists = Map.groupBy(found.flat(), ({ own }) => own);
      const firstOfAll = (rows: { ids: string[] }[]): string[] =>
        firstOf(
          rows.map((row) => row.ids),
          (id) => id,
          limit,
        );
      return new Map([...lists].map(([own, rows]) => [own, firstOfAll(rows)]));
    },

    async findEdges(view, ids, among, limit) {
      if (ids.length === 0 || among?.length === 0) return [];
      const parameters = { ...ofView(view, { keys: keysOf(ids), among: keysOf(among ?? []) }), limit: BigInt(limit) };
      const [text, firstOnly] = among ? [FIND_EDGES, FIND_FIRST_EDGES] : [FIND_ALL_EDGES, FIND_FIRST_OF_ALL_EDGES];
      const unsorted = await inWays<EdgeRow>(view.direction, text, parameters);
      const isCut = unsorted.some(({ length }) => length === limit);
      const found = isCut ? await inWays<EdgeRow>(view.direction, firstOnly, parameters) : unsorted;
      return inOrder(found, ({ fromId, toId, origin }) => `${fromId} ${toId} ${origin}`, limit).map((row) => toEdge(view.level, row));
    },

    async countNeighbours(view, ids, except) {
      if (isNobody(view.classes) || ids.length === 0) return new Map();
      const parameters = ofView(view, { keys: keysOf(ids), except });
      const rows = await neo4j.read<{ own: string; count: number }>(COUNT_NEIGHBOURS[view.direction], parameters);
      return new Map(rows.map(({ own, count }) => [own, count]));
    },

    async findColumns(view, assetId, limit) {
      if (isNobody(view.classes)) return [];
      const parameters = { ...ofView(view), assetId, limit: BigInt(limit) };
      const rows = await neo4j.read<{ id: string }>(FIND_COLUMNS[view.direction], parameters);
      return rows.map(({ id }) => id);
    },

    async getColumns(ids, classes) {
      if (isNobody(classes) || ids.length === 0) return [];
      return await neo4j.read<ColumnNode>(GET_COLUMNS, of(classes, { keys: keysOf(ids) }));
    },

    async listHistory(level, ids, classes, after, limit) {
      if (isNobody(classes) || ids.length === 0) return [];
      const place = after && [BigInt(after[0].getTime()), ...after.slice(1)];
      const parameters = { ...of(classes, { keys: keysOf(ids), after: place }), limit: BigInt(limit) };
      const found = await inWays<EdgeRow>('BOTH', LIST_HISTORY, parameters);
      return firstOf(found, historyPlaceOf, limit, 'descending').map((row) => toEdge(level, row));
    },

    async getJobs(ids, classes) {
      if (isNobody(classes) || ids.length === 0) return [];
      return await neo4j.read<JobNode>(GET_JOBS, { open: BigInt(OPEN), ...of(classes, { keys: keysOf(ids) }) });
    },

    async listJobFlows(jobIds, classes, after, limit) {
      if (isNobody(classes) || jobIds.length === 0) return new Map();
      const latest = BigInt(after?.[0].getTime() ?? OPEN);
      const place = after && [latest, ...after.slice(1)];
      const parameters = { latest, ...of(classes, { jobs: [...new Set(jobIds)], after: place }), limit: BigInt(limit) };
      const rows = await neo4j.read<EdgeRow & Pick<GraphEdge, 'kind'>>(LIST_JOB_FLOWS, parameters);
      const found = inOrder([rows], historyPlaceOf, rows.length, 'descending');
      return Map.groupBy(
        found.map((row) => toEdge(row.kind === 'TABLE' ? 'ASSET' : 'COLUMN', row)),
        ({ jobId }) => jobId!,
      );
    },

    async getRuns(ids, classes) {
      if (isNobody(classes) || ids.length === 0) return [];
      const rows = await neo4j.read<RunRow>(GET_RUNS, { open: BigInt(OPEN), ...of(classes, { keys: keysOf(ids) }) });
      return rows.map(toRun);
    },

    async listRuns(jobIds, classes, after, limit) {
      if (isNobody(classes) || jobIds.length === 0) return new Map();
      const latest = BigInt(after?.[0].getTime() ?? OPEN);
      const given = { jobs: [...new Set(jobIds)], after: after && [latest, after[1]] };
      const rows = await neo4j.read<RunRow>(LIST_RUNS, { latest, open: BigInt(OPEN), ...of(classes, given), limit: BigInt(limit) });
      const found = inOrder([rows], ({ begunAt, id }) => `${timeOf(begunAt)} ${id}`, rows.length, 'descending');
      return Map.groupBy(found.map(toRun), ({ jobId }) => jobId);
    },

    async *streamFlows(classes) {
      if (isNobody(classes)) return;
      for await (const rows of neo4j.stream<EdgeEnds>(STREAM_FLOWS, { open: BigInt(OPEN), ...of(classes) })) yield bySource(rows);
    },

    async countAssets(classes) {
      if (isNobody(classes)) return 0;
      const [row] = await neo4j.read<{ count: number }>(COUNT_ASSETS, of(classes));
      return row!.count;
    },
  };
}

/** In the order of moments as text, also of those before 1970: producers tell their own. */
const timeOf = (moment: number): string => String(moment + 1e14).padStart(16, '0');

/** Its order is that of histories. */
const historyPlaceOf = ({ validFrom, fromId, toId, origin }: EdgeRow): string => `${timeOf(validFrom)} ${fromId} ${toId} ${origin}`;

/** Of lists that are in the order of their keys: all in that order, each once, the first `limit`. */
const firstOf = <Item>(lists: readonly Item[][], key: (item: Item) => string, limit: number, order?: 'descending'): Item[] =>
  lists.length === 1 ? lists[0]! : inOrder(lists, key, limit, order);

/** The same of lists in any order. */
function inOrder<Item>(lists: readonly Item[][], key: (item: Item) => string, limit: number, order?: 'descending'): Item[] {
  const keyed = new Map(lists.flat().map((item) => [key(item), item]));
  const keys = [...keyed.keys()].sort();
  if (order) keys.reverse();
  return keys.slice(0, limit).map((each) => keyed.get(each)!);
}

/** Of rows in which those of a source follow each other. */
function bySource(rows: readonly EdgeEnds[]): { fromId: string; toIds: string[] }[] {
  const sources: { fromId: string; toIds: string[] }[] = [];
  for (const { fromId, toId } of rows) {
    const last = sources.at(-1);
    if (last?.fromId === fromId) last.toIds.push(toId);
    else sources.push({ fromId, toIds: [toId] });
  }
  return sources;
}

const toRun = ({ startedAt, endedAt, begunAt, ...run }: RunRow): RunNode => ({
  ...run,
  startedAt: startedAt === null ? null : new Date(startedAt),
  endedAt: endedAt === null ? null : new Date(endedAt),
  begunAt: new Date(begunAt),
});

const KINDS = { ASSET: 'TABLE', COLUMN: 'COLUMN' } as const;

const toEdge = (
  level: Level,
  { fromId, toId, origin, transformation, confidence, jobId, runId, validFrom, validTo }: EdgeRow,
): GraphEdge => ({
  fromId,
  toId,
  kind: KINDS[level],
  origin,
  transformation,
  confidence,
  jobId,
  runId,
  validFrom: new Date(validFrom),
  validTo: validTo === OPEN ? null : new Date(validTo),
});
