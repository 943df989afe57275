/** What reading one view may cost, and what is found of its columns. */
import { createRelations } from '../relations.ts';
import { relationsIn, type Select } from './tree.ts';

/** How a column gets into a value: as it is, made into another value, or by deciding only which value it is. */
export type Manner = 'PLAIN' | 'DIRECT' | 'CONDITIONAL';
/**
 * `relation`: as the SQL names it; where it is known what the view reads, by its whole name and without a schema. `confidence` is 1 unless the
 * SQL leaves something open: then it is one of n tables (1/n), or a column of a table that is known by its own name alone, as where an alias
 * gives columns other names, or by being the only one left that the view reads and its SQL does not name, as the root of a partition (half).
 */
export type Origin = { schema: string | null; relation: string; column: string; manner: Manner; confidence: number };
/** Where a value comes from. `isUnknown`: it could be a plain reference to something that was not found out. */
export type Found = { origins: readonly Origin[]; isUnknown: boolean };
export type ViewColumn = Found & { name: string };

/** `columns`: null where it is not known which of them the view uses. */
export type Table = Pick<Origin, 'schema' | 'relation' | 'confidence'> & { columns: ReadonlySet<string> | null };
export type Dependency = { name: string; columns: readonly string[] };

/** Made of others by a function or an operator. */
export const MADE: Found = { origins: [], isUnknown: false };
export const UNKNOWN: Found = { origins: [], isUnknown: true };

/** Names looked at and columns written: a view of 1,600 columns out of 100 joined tables is read, and none takes a second. */
const MAX_STEPS = 300_000;
/** Every expression is looked into for what it is made of. */
const MAX_LINEAGE_STEPS = 1_000_000;
/** Of one column. */
const MAX_ORIGINS = 1000;
export const GUESSED = 0.5;

export type Work = {
  /** Whether it is asked what goes into functions, operators and conditions, or only what is shown as it is. */
  isLineage: boolean;
  /** Throws where the view takes too much. */
  take: (steps: number) => void;
  /** What a name in FROM may stand for. */
  tablesOf: (schema: string | null, relation: string) => readonly Table[];
  /** The same object for the same column. */
  originOf: (table: Table, column: string) => Origin;
  /** What comes from all of these, or can be one or another of them; none of them: it was not found out. */
  combine: (found: readonly Found[]) => Found;
  /** It is one of these, and not known which. */
  oneOf: (found: readonly Found[]) => Found;
  made: (found: Found, manner: 'DIRECT' | 'CONDITIONAL') => Found;
  doubted: (found: Found, confidence: number) => Found;
};

/** `dependsOn`: what the view is known to read, for lineage; without it only plain references are looked for. */
export function createWork(select: Select, dependsOn?: readonly Dependency[]): Work {
  const isLineage = dependsOn !== undefined;
  const origins = new Map<string, Origin>();
  const byTable = new Map<Table, Map<string, Origin>>();
  const changed = new Map<Origin, Map<string, Origin>>();
  let left = isLineage ? MAX_LINEAGE_STEPS : MAX_STEPS;
  const take = (steps: number): void => {
    left -= steps;
    if (left < 0) throw new Error('A view that takes too much to read');
  };
  const one = (origin: Origin): Origin => {
    const { schema, relation, column, manner, confidence } = origin;
    return within(origins, JSON.stringify([schema, relation, column, manner, confidence]), () => origin);
  };
  /** The same column in another manner. Most are asked for again and again. */
  const like = (origin: Origin, manner: Manner, confidence: number): Origin =>
    within(
      within(changed, origin, () => new Map()),
      `${manner}${confidence}`,
      () => one({ ...origin, manner, confidence }),
    );
  const each = (found: Found, change: (origin: Origin) => Origin): Found => {
    take(found.origins.length);
    return { origins: [...new Set(found.origins.map(change))], isUnknown: found.isUnknown };
  };
  const doubted = (found: Found, confidence: number): Found =>
    each(found, (origin) => like(origin, origin.manner, Math.round(origin.confidence * confidence * 1000) / 1000));

  function combine(found: readonly Found[]): Found {
    if (found.length < 2) return found[0] ?? UNKNOWN;
    const all = new Set<Origin>();
    for (const { origins: some } of found) {
      take(1 + some.length);
      for (const origin of some) all.add(origin);
    }
    const isUnknown = all.size > MAX_ORIGINS || found.some((some) => some.isUnknown);
    return { origins: [...all].slice(0, MAX_ORIGINS), isUnknown };
  }

  return {
    isLineage,
    take,
    tablesOf: isLineage
      ? createTables(select, dependsOn, take)
      : (schema, relation) => [{ schema, relation, columns: null, confidence: 1 }],
    originOf: (table, column) =>
      within(
        within(byTable, table, () => new Map()),
        column,
        () => {
          const { schema, relation, confidence } = table;
          return one({ schema, relation, column, manner: 'PLAIN', confidence });
        },
      ),
    combine,
    oneOf: (found) => combine(isLineage && found.length > 1 ? found.map((some) => doubted(some, 1 / found.length)) : found),
    made: (found, manner) =>
      each(found, (origin) =>
        origin.manner === manner || origin.manner === 'CONDITIONAL' ? origin : like(origin, manner, origin.confidence),
      ),
    doubted,
  };
}

function within<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/** By what the view is known to read. What it reads elsewhere (the system's own tables) is nothing. */
function createTables(select: Select, dependsOn: readonly Dependency[], take: Work['take']): Work['tablesOf'] {
  const tables = dependsOn.map(({ name, columns }): Table & { name: string } => ({
    name,
    schema: null,
    relation: name,
    columns: columns.length > 0 ? new Set(columns) : null,
    confidence: 1,
  }));
  const relations = createRelations(tables);
  const named = new Set(relationsIn(select, take).flatMap(({ schemaname, relname }) => relations.find(schemaname ?? null, relname)));
  const others = tables.filter((table) => table.columns && !named.has(table)).map((table) => ({ ...table, confidence: GUESSED }));
  return (schema, relation) => {
    const found = relations.find(schema, relation);
    return found.length > 0 ? found : others;
  };
}
