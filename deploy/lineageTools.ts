/** What an operator does with the stores of lineage, beside the product that runs. */
import { checkRootKey } from '#platform/auth/routerKeys.ts';
import type { Settings } from '#platform/config.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { roleUrl } from '#platform/database/roles.ts';
import { CannotStart } from '#platform/errors.ts';
import type { Neo4j } from '#subgraphs/lineage/graph/neo4j/connection.ts';
import type { Difference } from '#subgraphs/lineage/projection/drift.ts';
import { findNames } from '#subgraphs/lineage/projection/names.ts';
import { rederiveNative } from '#subgraphs/lineage/projection/native.ts';
import type { Progress, Rebuilt as Refilled } from '#subgraphs/lineage/projection/rebuild.ts';
import { countNative, findNativeDifferences } from '#subgraphs/lineage/store/native.ts';
import { locateDatabase, withPool } from './database.ts';
import { neo4jPassword } from './neo4j-local/password.ts';

export type Place = { settings: Settings; ownerUrl: string; rootKey: Uint8Array };

export type Rebuilt =
  | ({ store: 'neo4j' } & Refilled)
  | { store: 'postgresql'; opened: number; closed: number; assets: number; flows: number };

export type NamedDifference = Pick<Difference, 'what' | 'kind' | 'id' | 'fields'> & {
  /** What it is called. */
  about: string;
};
export type Compared = {
  store: 'neo4j' | 'postgresql';
  compared: { assets: number; columns?: number; jobs?: number; runs?: number; flows: number };
  count: number;
  /** The first of them. */
  differences: NamedDifference[];
  /** Rows that Neo4j has yet to get. */
  pending?: number;
};

type RebuildOptions = { removeForeign: boolean; onProgress: (progress: Progress) => void };

/** Throws CannotStart, Conflict while another rebuild is under way, and Upstream where Neo4j cannot be had. */
export const rebuildLineage = (place: Place, options: RebuildOptions): Promise<Rebuilt> =>
  withStores(place, async ({ sql, neo4j }) => {
    if (!neo4j) return { store: 'postgresql', ...(await rederiveNative(sql)) };
    const { rebuildProjection } = await import('#subgraphs/lineage/projection/rebuild.ts');
    return { store: 'neo4j', ...(await rebuildProjection({ sql, neo4j, ...options })) };
  });

/** Errors as of `rebuildLineage`, and Conflict where Neo4j has no whole copy. `most`: differences to tell. */
export const compareLineage = (place: Place, most: number, onProgress: (compared: number) => void): Promise<Compared> =>
  withStores(place, async ({ sql, neo4j }) => (neo4j ? compareCopy(sql, neo4j, most, onProgress) : compareNative(sql, most)));

/** Fills Neo4j anew where it still has a text that the facts have no more. Undefined where there was nothing to do. Errors as of `rebuildLineage`. */
export const forgetText = (place: Place, text: string): Promise<Rebuilt | undefined> =>
  withStores(place, async ({ sql, neo4j }) => {
    if (!neo4j) return undefined;
    const { hasText } = await import('#subgraphs/lineage/graph/neo4j/stored.ts');
    if (!(await hasText(neo4j, text))) return undefined;
    const { rebuildProjection } = await import('#subgraphs/lineage/projection/rebuild.ts');
    return { store: 'neo4j', ...(await rebuildProjection({ sql, neo4j })) };
  });

async function compareCopy(sql: Database, neo4j: Neo4j, most: number, onProgress: (compared: number) => void): Promise<Compared> {
  const { findDrift } = await import('#subgraphs/lineage/projection/drift.ts');
  const { compared, count, differences, pending } = await findDrift({ sql, neo4j, most, onProgress });
  const endsOf = ({ id, row }: Difference): string[] =>
    [id, row.fromId, row.toId, row.assetId, row.jobId].filter((each) => typeof each === 'string');
  const name = await findNames(sql, differences.flatMap(endsOf));
  const about = ({ kind, id, row }: Difference): string =>
    kind === 'flow'
      ? `${name(String(row.fromId))} -> ${name(String(row.toId))} (${row.kind}, ${row.origin}, since ${row.validFrom})`
      : kind === 'column'
        ? `${name(String(row.assetId))}.${row.name}`
        : kind === 'run'
          ? `${name(String(row.jobId))} (run ${row.runId})`
          : `${row.name ?? id}`;
  return {
    store: 'neo4j',
    compared: { assets: compared.asset, columns: compared.column, jobs: compared.job, runs: compared.run, flows: compared.flow },
    count,
    differences: differences.map((each) => ({ what: each.what, kind: each.kind, id: each.id, about: about(each), fields: each.fields })),
    pending,
  };
}

async function compareNative(sql: Database, most: number): Promise<Compared> {
  const { count, first } = await findNativeDifferences(sql, most);
  const columns = new Map(first.flatMap((each) => each.columns?.nodes ?? []).map((node) => [node.id, node]));
  const ids = [...first.flatMap(({ fromId, toId }) => [fromId, toId]), ...[...columns.values()].map(({ assetId }) => assetId)];
  const nameOf = await findNames(sql, ids);
  const name = (id: string): string => {
    const column = columns.get(id);
    return column ? `${nameOf(column.assetId)}.${column.name}` : nameOf(id);
  };
  return {
    store: 'postgresql',
    compared: await countNative(sql),
    count,
    differences: first.map(({ what, fromId, toId, columns: between }) => ({
      what: what === 'MISSING' ? 'missing' : 'extra',
      kind: 'flow',
      id: `${fromId} ${toId}`,
      about: `${name(fromId)} -> ${name(toId)} (${between ? `COLUMN, PARSED, ${between.details.transformation}` : 'TABLE, NATIVE'})`,
      fields: {},
    })),
  };
}

type Stores = { sql: Database; neo4j: Neo4j | undefined };

async function withStores<Result>({ settings, ownerUrl, rootKey }: Place, work: (stores: Stores) => Promise<Result>): Promise<Result> {
  const location = await locateDatabase(ownerUrl, rootKey);
  await withPool(ownerUrl, async (owner) => {
    const [there] = await owner`select from pg_class where oid = to_regclass('lineage.head')`;
    if (!there) throw new CannotStart('The database is not of this version of PurSight. Start PurSight once, which brings it there.');
    await checkRootKey(owner, rootKey);
  });
  const sql = connect({ url: roleUrl(location, 'lineage'), name: 'lineage tools', max: 5, statementTimeoutMs: 300_000 });
  let neo4j: Neo4j | undefined;
  try {
    neo4j = await openNeo4j(settings);
    return await work({ sql, neo4j });
  } finally {
    await neo4j?.close();
    await sql.end({ timeout: 5 });
  }
}

async function openNeo4j(settings: Settings): Promise<Neo4j | undefined> {
  const { NEO4J_URL: url, NEO4J_USER: user } = settings;
  if (!url) return undefined;
  const { connectNeo4j } = await import('#subgraphs/lineage/graph/neo4j/connection.ts');
  return connectNeo4j({ url, user, password: neo4jPassword(settings) });
}
