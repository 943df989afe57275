/**
 * The connector contract. A connector is one folder that exports a `Connector` and one line in `registry.ts`. It only
 * reads a system and tells what is there; comparing, versions, renames and the guards against deletion are the scanner's.
 */
import type { z } from 'zod';
import type { Dependency } from '#platform/events/types.ts';

export type AssetKind =
  | 'DATABASE'
  | 'SCHEMA'
  | 'TABLE'
  | 'VIEW'
  | 'MATERIALIZED_VIEW'
  | 'EXTERNAL_TABLE'
  | 'FILE'
  | 'TOPIC'
  | 'REPORT'
  | 'DASHBOARD'
  | 'DATASET'
  | 'PIPELINE'
  | 'MODEL';

/** A column as the source tells it. */
export type ScannedColumn = {
  name: string;
  /** Position in the source, from 1; may have gaps. */
  ordinal: number;
  /** The type without its parameters: `numeric`, `character varying`, `public.mood`. */
  dataType: string;
  /** The type as the source writes it, with parameters: `numeric(10,2)`, `character varying(40)[]`. */
  nativeType: string;
  nullable: boolean;
  /** The default's expression, or the expression of a generated column; null without one. */
  default: string | null;
  /** True for a computed or an identity column: its values are never given by people. */
  generated: boolean;
  comment: string | null;
};

export type ForeignKeyFacet = { name: string; columns: string[]; referencesName: string; referencesColumns: string[] };

/**
 * The table facet: what TABLE, VIEW, MATERIALIZED_VIEW and EXTERNAL_TABLE have. Lists of named things are sorted by name (by code units), columns of
 * a key stand in its order. Expressions and definitions are as the source prints them, with full names. A foreign key that references a partition
 * names the asset that the partition is folded into.
 */
export type TableFacet = {
  /** The SQL of a view, as the source prints it. */
  definition: string | null;
  primaryKey: string[];
  foreignKeys: ForeignKeyFacet[];
  uniqueKeys: { name: string; columns: string[] }[];
  /** PostgreSQL: as `pg_get_expr` prints it, without the word CHECK: `(price > (0)::numeric)`. */
  checks: { name: string; expression: string }[];
  /** All of them, those behind keys too. An expression stands among `columns` as the source prints it. */
  indexes: { name: string; columns: string[]; unique: boolean; definition: string }[];
  partitioned: boolean;
};

export type ScannedAsset = {
  kind: AssetKind;
  /** Components of the name from the outside in, unquoted: ['shop', 'public', 'orders']. */
  path: string[];
  /** What the source itself calls this object for as long as it lives (PostgreSQL: `<database oid>/<oid>`); tells a rename. */
  nativeId: string | null;
  comment: string | null;
  /** The owner in the source, by its name there. */
  sourceOwner: string | null;
  columns: ScannedColumn[];
  table: TableFacet | null;
  /** What a view reads: qualified names (see `qualifiedName`), sorted, with the columns it uses anywhere. Absent when nothing. */
  dependsOn?: Dependency[];
  /** An estimate of the source's; null when it has none. Outside of the content hash. */
  rowEstimate: number | null;
};

/** A part of the source could not be read, or was left out against the user's wish. `subject` is a qualified name. */
export type ReadWarning = { code: string; subject: string | null; message: string };

/**
 * What `read` yields, in this order for each container (a database): `container`, its assets (parents before children),
 * then `containerComplete` or `containerFailed`, then any `sizes`. Nothing of a container without `containerComplete` is ever deleted.
 * When something came in between (a lock, a change of the source) a connector may begin a container's assets again: then some
 * come twice and the later one counts, while `container` and each warning still come once.
 */
export type ReadItem =
  /** The containers that this read will visit, and whether the list is all that the source has (`*`): then containers absent from it are gone. Once, first. */
  | { type: 'containers'; names: string[]; complete: boolean }
  /** A container begins. `total` is the number of assets expected, for progress. */
  | { type: 'container'; name: string; total: number | null }
  | { type: 'asset'; asset: ScannedAsset }
  /** It is there but cannot be read now (locked): what is known of it is kept, and the warning told. */
  | { type: 'unreadable'; path: string[]; nativeId: string; warning: ReadWarning }
  | { type: 'warning'; warning: ReadWarning }
  | { type: 'containerComplete'; name: string }
  | { type: 'containerFailed'; name: string; warning: ReadWarning }
  /** Bytes by native id, after the container's metadata; outside of the content hash, so null and absence keep what is known. */
  | { type: 'sizes'; sizes: { nativeId: string; bytes: number | null }[] };

export type ReadOptions = {
  /** Whether a relation is in the scan's scope. Called with `schema` and `name`, before anything of it is read. */
  includes: (schema: string, name: string) => boolean;
  /** Containers of another source: not visited. One that exists is told by a warning DATABASE_OF_ANOTHER_SOURCE; it stays in `containers.names`. */
  skipContainers: ReadonlySet<string>;
  /** Ends the read at once: it throws the signal's reason. */
  signal: AbortSignal;
  /** Names of connector queries that fail on purpose (FAULT=connector:columns → 'columns'). */
  faults: ReadonlySet<string>;
};

/** What a read would ask `includes` about, or a container that cannot be looked into. */
export type ListItem = { type: 'relation'; container: string; schema: string; name: string } | { type: 'unreachable'; container: string };

export type CheckResult = {
  ok: boolean;
  /** For people: what was reached, or what failed and what to check. Never holds a secret. */
  message: string;
  latencyMs: number | null;
  serverVersion: string | null;
  missingPermissions: string[];
};

export type Connector<Config = unknown> = {
  /** `postgres` */
  id: string;
  title: string;
  /** Parses `Source.config`. Its JSON schema draws the form; BAD_USER_INPUT shows its issues. */
  configSchema: z.ZodType<Config>;
  /** Top-level names of `config` that are secret as a whole. */
  secretFields: readonly string[];
  assetKinds: readonly AssetKind[];
  /** Parts of the parsed config that may not change without giving the secrets again (host, port, user). */
  endpoint(config: Config): string;
  /** The OpenLineage namespace: `postgres://host:port`, host in lower case, port written. */
  namespace(config: Config): string;
  /** The containers that the config names, `['*']` for all of the server. */
  containers(config: Config): string[];
  /** The config with secrets replaced by `***`, in the shape in which it was given. */
  mask(config: Config): Config;
  /** The stored config's secrets put where the given one has `***` or nothing. Only called while `endpoint` is unchanged. */
  unmask(given: Config, stored: Config): Config;
  /** Connects and looks. Never throws for what is wrong at the other side; answers within 12 s. */
  check(config: Config, signal: AbortSignal): Promise<CheckResult>;
  /** The names alone of what `read` would look at, container by container. Throws Upstream when nothing can be looked into at all. */
  list(config: Config, options: Pick<ReadOptions, 'skipContainers' | 'signal'>): AsyncIterable<ListItem>;
  /** Streams what is there with bounded memory. Throws Upstream when nothing can be read at all. */
  read(config: Config, options: ReadOptions): AsyncIterable<ReadItem>;
};

/** A component with `.` or `"` is double-quoted, `"` doubled: else `"a.b".c` and `a."b.c"` would be one name. */
export function qualifiedName(path: readonly string[]): string {
  return path.map((part) => (/[."]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part)).join('.');
}
