/**
 * What a graph in Neo4j is asked. The texts are constant; what a question is about comes in parameters. A frontier is expanded at once, by
 * one statement. Hints keep the plans as they are measured, whatever statistics an empty or a growing graph has: ids are looked up in
 * their index, and only where it pays is a hub's order read instead of its flows. Lists come together in `$given`: Neo4j would make a plan for
 * each order of magnitude of each list's length.
 */
import type { Direction } from '../index.ts';

export type Way = Exclude<Direction, 'BOTH'>;

/**
 * `flow` from a node `n` to another one, `m`. `hub`: on a node, its generation, where it has so many flows that whoever wants the first
 * few reads them in the order of their other ends: `order` is on each of them, `<key of n>/<id of m>` (`writing.ts`).
 */
type Pattern = { flow: string; hub: string; order: string; otherHub: string; from: 'n' | 'm'; to: 'n' | 'm' };
const UPSTREAM: Pattern = {
  flow: '(n)<-[f:FLOWS]-(m)',
  hub: 'upstreamHub',
  order: 'upstream',
  otherHub: 'downstreamHub',
  from: 'm',
  to: 'n',
};
const DOWNSTREAM: Pattern = {
  flow: '(n)-[f:FLOWS]->(m)',
  hub: 'downstreamHub',
  order: 'downstream',
  otherHub: 'upstreamHub',
  from: 'n',
  to: 'm',
};
const texts = (text: (pattern: Pattern) => string): Record<Way, string> => ({ UPSTREAM: text(UPSTREAM), DOWNSTREAM: text(DOWNSTREAM) });

const VALID = 'f.validFrom <= $at AND f.validTo > $at';
const seen = (node: string): string => `($all OR ${node}.accessClass IN $given.classes)`;
const GIVEN = 'MATCH (n:LineageNode) USING INDEX SEEK n:LineageNode(key) WHERE n.key IN $given.keys';
/** For who sees everything. What others see of a hub may be little: they look at each of its flows. */
const inOrder = ({ hub }: Pattern): string => `($all AND n.${hub} IS NOT NULL)`;

/** The other ends of a hub `n` as `id`, each once, in order as far as they are asked for: without a sort, and without the nodes. */
const readInOrder = ({ order }: Pattern, except = ''): string => `
  MATCH ()-[f:FLOWS]->() USING INDEX SEEK f:FLOWS(${order}) WHERE f.${order} STARTS WITH n.key + '/' AND ${VALID}
  WITH DISTINCT n, f.${order} AS place
  WITH place, substring(place, size(n.key) + 1) AS id ${except}
  RETURN id ORDER BY place LIMIT $limit`;

export const FIND_VISIBLE = `${GIVEN} AND n.level = $level AND n.accessClass IS NOT NULL AND ${seen('n')} RETURN n.id AS id`;

export const FIND_NEXT = texts(
  (pattern) => `
  CALL () {
    ${GIVEN} AND NOT ${inOrder(pattern)}
    MATCH ${pattern.flow} WHERE ${VALID}
    WITH DISTINCT m WHERE ${seen('m')}
    WITH m.id AS id WHERE NOT id IN $given.except
    RETURN id
    UNION ALL
    MATCH (n:LineageNode) USING INDEX SEEK n:LineageNode(${pattern.hub}) WHERE $all AND n.${pattern.hub} = $generation AND n.key IN $given.keys
    CALL (n) { ${readInOrder(pattern, 'WHERE NOT id IN $given.except')} }
    RETURN id
  }
  RETURN DISTINCT id ORDER BY id LIMIT $limit`,
);

export const FIND_NEIGHBOURS = texts(
  (pattern) => `
  ${GIVEN} AND ${seen('n')}
  CALL (n) {
    WITH n WHERE NOT ${inOrder(pattern)}
    MATCH ${pattern.flow} WHERE ${VALID}
    WITH DISTINCT m WHERE ${seen('m')}
    WITH m.id AS id ORDER BY id LIMIT $limit
    RETURN collect(id) AS ids
    UNION ALL
    WITH n WHERE ${inOrder(pattern)}
    CALL (n) { ${readInOrder(pattern)} }
    RETURN collect(id) AS ids
  }
  WITH n, ids WHERE size(ids) > 0
  RETURN n.id AS own, ids`,
);

const countNeighbours = (flow: string): string => `
  ${GIVEN}
  CALL (n) {
    MATCH ${flow} WHERE ${VALID}
    WITH DISTINCT m WHERE ${seen('m')} AND NOT m.id IN $given.except
    RETURN count(*) AS count
  }
  WITH n, count WHERE count > 0
  RETURN n.id AS own, count`;
export const COUNT_NEIGHBOURS: Record<Direction, string> = {
  ...texts(({ flow }) => countNeighbours(flow)),
  // Of both ways: a node that is up and down is one.
  BOTH: countNeighbours('(n)-[f:FLOWS]-(m)'),
};

/** Their kind is that of the level that is asked about. */
const EDGE = `f.origin AS origin, f.transformation AS transformation, f.confidence AS confidence, f.jobId AS jobId, f.runId AS runId,
  f.validFrom AS validFrom, f.validTo AS validTo`;

/**
 * The nodes among which an edge may end are joined by their identity: reading the key at the end of each flow takes three times as long. A
 * hub's flows are looked for at their other ends; between two hubs each pair is looked up.
 */
const findEdges = ({ flow, hub, order, from, to, otherHub }: Pattern): string => `
  CALL () {
    MATCH ${flow} USING INDEX SEEK n:LineageNode(key) USING INDEX SEEK m:LineageNode(key) USING JOIN ON m
    WHERE n:LineageNode AND m:LineageNode AND n.key IN $given.keys AND n.${hub} IS NULL AND m.key IN $given.among AND ${VALID}
    RETURN n, f, m
    UNION ALL
    MATCH ${flow} USING INDEX SEEK n:LineageNode(${hub}) USING INDEX SEEK m:LineageNode(key) USING JOIN ON n
    WHERE n:LineageNode AND m:LineageNode AND n.${hub} = $generation AND n.key IN $given.keys AND m.key IN $given.among AND m.${otherHub} IS NULL AND ${VALID}
    RETURN n, f, m
    UNION ALL
    MATCH (n:LineageNode) USING INDEX SEEK n:LineageNode(${hub}) WHERE n.${hub} = $generation AND n.key IN $given.keys
    MATCH (m:LineageNode) USING INDEX SEEK m:LineageNode(${otherHub}) WHERE m.${otherHub} = $generation AND m.key IN $given.among
    MATCH ()-[f:FLOWS]->() USING INDEX SEEK f:FLOWS(${order}) WHERE f.${order} = n.key + '/' + m.id AND ${VALID}
    RETURN n, f, m
  }
  RETURN ${from}.id AS fromId, ${to}.id AS toId, ${EDGE}`;
/** The server takes a fifth of the time to sort some thousands, twice as long as who asked: it pays only where some are left out. */
export const FIND_EDGES = texts((pattern) => `${findEdges(pattern)} LIMIT $limit`);
export const FIND_FIRST_EDGES = texts((pattern) => `${findEdges(pattern)} ORDER BY fromId, toId, origin LIMIT $limit`);

const findAllEdges = ({ flow, from, to }: Pattern): string => `
  MATCH (n:LineageNode) USING INDEX n:LineageNode(key) WHERE n.key IN $given.keys
  MATCH ${flow} WHERE ${VALID}
  RETURN ${from}.id AS fromId, ${to}.id AS toId, ${EDGE}`;
export const FIND_ALL_EDGES = texts((pattern) => `${findAllEdges(pattern)} LIMIT $limit`);
export const FIND_FIRST_OF_ALL_EDGES = texts((pattern) => `${findAllEdges(pattern)} ORDER BY fromId, toId, origin LIMIT $limit`);

const findColumns = (flow: string): string => `
  MATCH (n:LineageNode) USING INDEX SEEK n:LineageNode(generation, assetId) WHERE n.generation = $generation AND n.assetId = $assetId
    AND ${seen('n')} AND EXISTS { ${flow} WHERE ${VALID} AND ${seen('m')} }
  RETURN n.id AS id ORDER BY id LIMIT $limit`;
export const FIND_COLUMNS: Record<Direction, string> = {
  ...texts(({ flow }) => findColumns(flow)),
  BOTH: findColumns('(n)-[f:FLOWS]-(m)'),
};

export const GET_COLUMNS = `${GIVEN} AND n.assetId IS NOT NULL AND ${seen('n')} RETURN n.id AS id, n.assetId AS assetId, n.name AS name`;

/** A place in the order is a list, and lists are compared element by element. */
export const LIST_HISTORY = texts(
  ({ flow, from, to }) => `
  ${GIVEN}
  MATCH ${flow} WHERE ${seen('m')} AND ($given.after IS NULL OR f.validFrom <= $given.after[0] AND [f.validFrom, ${from}.id, ${to}.id, f.origin] < $given.after)
  RETURN ${from}.id AS fromId, ${to}.id AS toId, ${EDGE}
  ORDER BY validFrom DESC, fromId DESC, toId DESC, origin DESC LIMIT $limit`,
);

/** Between nodes of this copy that are seen. Another copy's flows may carry the same job. */
const OF_JOB = `MATCH (n)-[f:FLOWS]->(m) USING INDEX SEEK f:FLOWS(jobId, validFrom)`;
const ofVisible = `n.generation = $generation AND ${seen('n')} AND ${seen('m')}`;

/** One flow is enough: a job may have very many. */
export const GET_JOBS = `
  MATCH (j:LineageNode) USING INDEX SEEK j:LineageNode(key) WHERE j.key IN $given.keys AND j.level = 'JOB'
  CALL (j) {
    ${OF_JOB} WHERE f.jobId = j.id AND f.validFrom <= $open AND ${ofVisible}
    RETURN true AS isSeen LIMIT 1
  }
  RETURN j.id AS id, j.namespace AS namespace, j.name AS name`;

const RUN = `r.id AS id, r.jobId AS jobId, r.runId AS runId, r.state AS state, r.startedAt AS startedAt, r.endedAt AS endedAt, r.begunAt AS begunAt`;
/** A job is looked at once, however many runs of it are asked for. */
const IS_SEEN = `
  CALL (job) {
    ${OF_JOB} WHERE f.jobId = job AND f.validFrom <= $open AND ${ofVisible}
    RETURN true AS isSeen LIMIT 1
  }`;

export const GET_RUNS = `
  MATCH (r:LineageNode) USING INDEX SEEK r:LineageNode(key) WHERE r.key IN $given.keys AND r.level = 'RUN'
  WITH r.jobId AS job, collect(r) AS runs ${IS_SEEN}
  UNWIND runs AS r
  RETURN ${RUN}`;

/** In the order of the index, as below. */
export const LIST_RUNS = `
  UNWIND $given.jobs AS job ${IS_SEEN}
  CALL (job) {
    MATCH (r:LineageNode) USING INDEX SEEK r:LineageNode(generation, jobId, begunAt, id)
    WHERE r.generation = $generation AND r.jobId = job AND r.begunAt <= $latest AND r.id IS NOT NULL
      AND ($given.after IS NULL OR [r.begunAt, r.id] < $given.after)
    WITH r ORDER BY r.generation DESC, r.jobId DESC, r.begunAt DESC, r.id DESC LIMIT $limit
    RETURN ${RUN}
  }
  RETURN id, jobId, runId, state, startedAt, endedAt, begunAt`;

/** In the order of the index, the job first though it is always the same: else all that it moves would be read and sorted for a page. */
export const LIST_JOB_FLOWS = `
  UNWIND $given.jobs AS job
  CALL (job) {
    ${OF_JOB} WHERE f.jobId = job AND f.validFrom <= $latest AND ${ofVisible}
      AND ($given.after IS NULL OR [f.validFrom, n.id, m.id, f.origin] < $given.after)
    WITH n, f, m ORDER BY f.jobId DESC, f.validFrom DESC, n.id DESC, m.id DESC, f.origin DESC LIMIT $limit
    RETURN n.id AS fromId, m.id AS toId, f.kind AS kind, ${EDGE}
  }
  RETURN fromId, toId, kind, origin, transformation, confidence, jobId, runId, validFrom, validTo`;

/** False of what lives; of a node that is no more than the end of flows it is absent. */
const lives = (node: string): string => `${node}.isDeleted = false AND ${seen(node)}`;
const ASSETS = `
  MATCH (n:LineageNode) USING INDEX SEEK n:LineageNode(generation, level)
  WHERE n.generation = $generation AND n.level = 'ASSET' AND ${lives('n')}`;

/** Flow by flow as they are found, those of a node together: nothing is gathered, or a hub's million would have to be in memory at once. */
export const STREAM_FLOWS = `
  ${ASSETS}
  MATCH (n)-[f:FLOWS]->(m) WHERE f.validTo = $open AND ${lives('m')}
  RETURN n.id AS fromId, m.id AS toId`;

export const COUNT_ASSETS = `${ASSETS} RETURN count(*) AS count`;
