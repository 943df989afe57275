/** Assets for tests, put into the tables directly. */
import { randomBytes } from 'node:crypto';
import { upsertClass, upsertDomain } from '#platform/auth/access.ts';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { qualifiedName, type AssetKind, type TableFacet } from '../connectors/types.ts';
import type { AssetRow, ColumnRow } from '../store/tables/asset.ts';

export * from '#platform/testing/asking.ts';

export type TestSource = { id: string; name: string; namespace: string; accessClass: number };

const EARLY = new Date('2026-01-01T00:00:00.000Z');
const ROWS_AT_ONCE = 500;

export async function insertSource(
  sql: Database,
  name: string,
  { domainId = null }: { domainId?: string | null } = {},
): Promise<TestSource> {
  const id = newId();
  const keyId = newId();
  const namespace = `postgres://${name}.example:5432`;
  await sql`insert into catalog.data_keys (id, wrapped) values (${keyId}, ${randomBytes(8)})`;
  await sql`
    insert into catalog.sources (id, name, connector, config, config_key_id, namespace, created_at, updated_at)
    values (${id}, ${name}, 'postgres', ${randomBytes(8)}, ${keyId}, ${namespace}, ${EARLY}, ${EARLY})`;
  return { id, name, namespace, accessClass: await upsertClass(sql, { sourceId: id, domainId }) };
}

/** Gives its id. */
export async function insertDomain(sql: Database, name: string, parentId: string | null = null): Promise<string> {
  const id = newId();
  await sql`insert into catalog.domains (id, parent_id, name, created_at, updated_at) values (${id}, ${parentId}, ${name}, ${EARLY}, ${EARLY})`;
  await sql.begin((tx) => upsertDomain(tx, { id, parentId }));
  return id;
}

/** Gives its id. */
export async function insertTerm(sql: Database, name: string, parentId: string | null = null): Promise<string> {
  const id = newId();
  await sql`
    insert into catalog.glossary_terms (id, parent_id, name, definition, created_at, updated_at)
    values (${id}, ${parentId}, ${name}, ${`What ${name} means`}, ${EARLY}, ${EARLY})`;
  return id;
}

export type AssetInput = Partial<Omit<AssetRow, 'name'>> & { path: string[]; columns?: (Partial<ColumnRow> & { name: string })[] };
export type TestAsset = AssetRow & { columns: ColumnRow[] };

export const emptyFacet = (): TableFacet => ({
  definition: null,
  primaryKey: [],
  foreignKeys: [],
  uniqueKeys: [],
  checks: [],
  indexes: [],
  partitioned: false,
});

function assetRow(source: TestSource, { columns: _, path, ...given }: AssetInput): AssetRow {
  return {
    id: newId(),
    sourceId: source.id,
    accessClass: source.accessClass,
    kind: 'TABLE' as AssetKind,
    namespace: source.namespace,
    name: qualifiedName(path),
    path,
    container: path[0]!,
    parentId: null,
    nativeId: null,
    hash: Buffer.alloc(32),
    sourceDescription: null,
    sourceOwner: null,
    tableFacet: null,
    dependsOn: null,
    rowEstimate: null,
    sizeBytes: null,
    version: 1,
    runId: null,
    createdAt: EARLY,
    updatedAt: EARLY,
    deletedAt: null,
    ...given,
  };
}

/** Rows as a first scan would have written them, with their version 1. */
export async function insertAssets(sql: Database, source: TestSource, inputs: readonly AssetInput[]): Promise<TestAsset[]> {
  const assets = inputs.map((input): TestAsset => {
    const asset = assetRow(source, input);
    const columns = (input.columns ?? []).map((column, index): ColumnRow => ({
      id: newId(),
      assetId: asset.id,
      sourceId: asset.sourceId,
      accessClass: asset.accessClass,
      ordinal: index + 1,
      dataType: 'text',
      nativeType: 'text',
      nullable: true,
      defaultValue: null,
      generated: false,
      sourceDescription: null,
      version: 1,
      updatedAt: EARLY,
      deletedAt: asset.deletedAt,
      ...column,
    }));
    return { ...asset, columns };
  });
  for (const chunk of chunks(assets)) {
    const rows = chunk.map(({ columns: _, ...row }) => row);
    await sql`insert into catalog.assets ${sql(rows as never[])}`;
    await sql`insert into catalog.asset_versions ${sql(rows.map((row) => ({ assetId: row.id, version: 1, at: row.createdAt, changes: sql.json([]) })) as never[])}`;
  }
  for (const chunk of chunks(assets.flatMap((asset) => asset.columns))) await sql`insert into catalog.columns ${sql(chunk as never[])}`;
  return assets;
}

export async function insertAsset(sql: Database, source: TestSource, input: AssetInput): Promise<TestAsset> {
  return (await insertAssets(sql, source, [input]))[0]!;
}

function* chunks<Row>(rows: readonly Row[]): Generator<Row[]> {
  for (let index = 0; index < rows.length; index += ROWS_AT_ONCE) yield rows.slice(index, index + ROWS_AT_ONCE);
}
