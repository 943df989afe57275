/** Assets, columns, jobs, runs and flows as the facts have them and as a copy has them, in one shape. */
import type { Queryable } from '#platform/database/index.ts';
import { isId as isUuid } from '#platform/ids.ts';
import type { Neo4j } from '../graph/neo4j/connection.ts';
import { findEdges, findNodes, type Stored } from '../graph/neo4j/stored.ts';
import {
  ASSET_FACTS,
  COLUMN_FACTS,
  EDGE_FACTS,
  JOB_FACTS,
  RUN_FACTS,
  type AssetRow,
  type ColumnRow,
  type EdgeRow,
  type Facts,
  type JobRow,
  type Position,
  type Positions,
  type RunRow,
} from '../store/changes.ts';

export type KindName = 'asset' | 'column' | 'job' | 'run' | 'flow';
export type Value = string | number | boolean | null;
/** Moments in ISO 8601. */
export type Row = Readonly<Record<string, Value>>;
/** `derived`: what else a copy should have, by what it has itself. */
export type Copy = { row: Row; derived: Row };
/** `row`: undefined of an interval that was none after all, which a copy does not have. */
export type Fact = { id: string; position: Position; row: Row | undefined };

export type Kind = {
  name: KindName;
  /** The first `limit` by id, after one or from the beginning. */
  list(sql: Queryable, after: string | undefined, limit: number): Promise<Fact[]>;
  get(sql: Queryable, ids: readonly string[]): Promise<Fact[]>;
  /** By id. */
  find(neo4j: Neo4j, generation: number, ids: readonly string[]): Promise<Map<string, Copy>>;
  /** Whether a copy that has come to these positions has this, as it is. */
  isCopied(fact: Fact, positions: Positions): boolean;
};

type Definition<FactRow> = {
  name: KindName;
  facts: Facts<FactRow>;
  toRow: (fact: FactRow) => Record<string, unknown> | undefined;
  find: Kind['find'];
  positionOf: (positions: Positions) => Position;
  /** Whether a row of the facts can have it. A copy may hold anything. */
  isId: (id: string) => boolean;
  isAfter: (id: string, other: string) => boolean;
};

function defineKind<FactRow extends { id: string | number }>(definition: Definition<FactRow>): Kind {
  const { name, facts, toRow, find, positionOf, isId, isAfter } = definition;
  const toFact = ({ revision, ...fact }: FactRow & { revision: number }): Fact => {
    const row = toRow(fact as unknown as FactRow);
    return { id: String(fact.id), position: { revision, id: String(fact.id) }, row: row && plain(row) };
  };
  return {
    name,
    list: async (sql, after, limit) => (await facts.list(sql, after, limit)).map(toFact),
    get: async (sql, ids) => (await facts.get(sql, ids.filter(isId))).map(toFact),
    find,
    isCopied({ position }, positions) {
      const { revision, id } = positionOf(positions);
      return position.revision < revision || (position.revision === revision && !isAfter(position.id, id));
    },
  };
}

const plain = (row: Record<string, unknown>): Row =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : (value as Value)]));

const toCopies = (stored: readonly Stored<Record<string, unknown>>[]): Map<string, Copy> =>
  new Map(stored.map(({ id, row, derived }) => [id, { row: plain(row), derived: plain(derived) }]));
const findCopiedNodes: Kind['find'] = async (neo4j, generation, ids) => toCopies(await findNodes(neo4j, generation, ids));

export const ASSET = defineKind<AssetRow>({
  name: 'asset',
  facts: ASSET_FACTS,
  toRow: ({ id: _, ...row }) => ({ level: 'ASSET', ...row }),
  find: findCopiedNodes,
  positionOf: ({ assets }) => assets,
  isId: isUuid,
  isAfter: (id, other) => id > other,
});

export const COLUMN = defineKind<ColumnRow>({
  name: 'column',
  facts: COLUMN_FACTS,
  toRow: ({ id: _, ...row }) => ({ level: 'COLUMN', ...row }),
  find: findCopiedNodes,
  positionOf: ({ columns }) => columns,
  isId: isUuid,
  isAfter: (id, other) => id > other,
});

export const JOB = defineKind<JobRow>({
  name: 'job',
  facts: JOB_FACTS,
  toRow: ({ id: _, ...row }) => ({ level: 'JOB', ...row }),
  find: findCopiedNodes,
  positionOf: ({ jobs }) => jobs,
  isId: isUuid,
  isAfter: (id, other) => id > other,
});

export const RUN = defineKind<RunRow>({
  name: 'run',
  facts: RUN_FACTS,
  toRow: ({ id: _, ...row }) => ({ level: 'RUN', ...row }),
  find: findCopiedNodes,
  positionOf: ({ runs }) => runs,
  isId: isUuid,
  isAfter: (id, other) => id > other,
});

export const FLOW = defineKind<EdgeRow>({
  name: 'flow',
  facts: EDGE_FACTS,
  toRow: ({ id: _, ...row }) => (row.validTo && row.validTo <= row.validFrom ? undefined : row),
  find: async (neo4j, generation, ids) => toCopies(await findEdges(neo4j, generation, ids)),
  positionOf: ({ edges }) => edges,
  isId: (id) => /^\d{1,15}$/.test(id),
  isAfter: (id, other) => Number(id) > Number(other),
});
