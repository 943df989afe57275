/** A connector whose system is a list in memory, so that a test says exactly what a read sees and how it fails. */
import { z } from 'zod';
import type { Connector, ListItem, ReadItem, ScannedAsset, ScannedColumn, TableFacet } from '../connectors/types.ts';

export type MemorySystem = {
  containers: Map<string, ScannedAsset[]>;
  /** Containers whose read fails at its end. */
  failing: Set<string>;
  /** Qualified names that are locked. */
  locked: Set<string>;
  /** What the config asks for: named containers, or all. */
  complete: boolean;
  /** Called before each asset is told; may throw or wait. */
  onAsset: (asset: ScannedAsset) => void | Promise<void>;
};

const column = (name: string, ordinal: number): ScannedColumn => ({
  name,
  ordinal,
  dataType: 'text',
  nativeType: 'text',
  nullable: true,
  default: null,
  generated: false,
  comment: null,
});

const facet = (): TableFacet => ({
  definition: null,
  primaryKey: [],
  foreignKeys: [],
  uniqueKeys: [],
  checks: [],
  indexes: [],
  partitioned: false,
});

export const scannedTable = (path: string[], nativeId: string | null, columns: readonly string[] = ['id', 'name']): ScannedAsset => ({
  kind: 'TABLE',
  path,
  nativeId,
  comment: null,
  sourceOwner: 'owner',
  rowEstimate: null,
  table: facet(),
  columns: columns.map((name, index) => column(name, index + 1)),
});

export const scannedContainer = (path: string[], nativeId: string): ScannedAsset => ({
  kind: path.length === 1 ? 'DATABASE' : 'SCHEMA',
  path,
  nativeId,
  comment: null,
  sourceOwner: 'owner',
  rowEstimate: null,
  table: null,
  columns: [],
});

/** A database with one schema `public` and tables t0 … */
export function scannedDatabase(name: string, tables: number): ScannedAsset[] {
  return [
    scannedContainer([name], `${name}`),
    scannedContainer([name, 'public'], `${name}/n1`),
    ...Array.from({ length: tables }, (_, index) => scannedTable([name, 'public', `t${index}`], `${name}/${index + 100}`)),
  ];
}

const configSchema = z.object({ host: z.string(), password: z.string().optional(), databases: z.array(z.string()) });
type Config = z.infer<typeof configSchema>;

export function createMemoryConnector(): { connector: Connector; system: MemorySystem } {
  const system: MemorySystem = { containers: new Map(), failing: new Set(), locked: new Set(), complete: false, onAsset: () => undefined };
  async function* read(_: Config, { includes, skipContainers, signal }: Parameters<Connector['read']>[1]): AsyncGenerator<ReadItem> {
    yield { type: 'containers', names: [...system.containers.keys()], complete: system.complete };
    for (const [name, assets] of system.containers) {
      if (skipContainers.has(name)) continue;
      yield { type: 'container', name, total: assets.length };
      for (const asset of assets) {
        await system.onAsset(asset);
        signal.throwIfAborted();
        if (asset.path.length > 2 && !includes(asset.path[1]!, asset.path[2]!)) continue;
        const warning = { code: 'RELATION_LOCKED', subject: asset.path.join('.'), message: 'locked' };
        if (system.locked.has(asset.path.join('.'))) yield { type: 'unreadable', path: asset.path, nativeId: asset.nativeId!, warning };
        else yield { type: 'asset', asset: structuredClone(asset) };
      }
      const failure = { code: 'QUERY_FAILED', subject: name, message: `${name} could not be read` };
      yield system.failing.has(name) ? { type: 'containerFailed', name, warning: failure } : { type: 'containerComplete', name };
    }
  }
  async function* list(_: Config, { skipContainers }: Parameters<Connector['list']>[1]): AsyncGenerator<ListItem> {
    for (const [container, assets] of system.containers) {
      if (skipContainers.has(container)) continue;
      if (system.failing.has(container)) yield { type: 'unreachable', container };
      else for (const { path } of assets) if (path.length > 2) yield { type: 'relation', container, schema: path[1]!, name: path[2]! };
    }
  }
  const connector: Connector<Config> = {
    id: 'memory',
    title: 'Memory',
    configSchema,
    secretFields: ['password'],
    assetKinds: ['DATABASE', 'SCHEMA', 'TABLE'],
    endpoint: (config) => config.host,
    namespace: (config) => `memory://${config.host}`,
    containers: (config) => config.databases,
    mask: (config) => (config.password === undefined ? config : { ...config, password: '***' }),
    unmask: (given, stored) => (given.password === undefined || given.password === '***' ? { ...given, password: stored.password } : given),
    check: async () => ({ ok: true, message: 'Reached.', latencyMs: 1, serverVersion: '1', missingPermissions: [] }),
    list,
    read,
  };
  return { connector: connector as Connector, system };
}
