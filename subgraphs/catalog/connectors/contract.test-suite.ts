/** What every connector owes: one suite, called by each connector's own tests with a system to read. */
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { qualifiedName, type Connector, type ListItem, type ReadItem, type ReadOptions, type ScannedAsset } from './types.ts';

export type ContractCase<Config> = {
  connector: Connector<Config>;
  /** A config that works, as a person gives it, with a secret in it. Called when the suite runs. */
  config: () => unknown;
  secret: () => string;
  /** The same with something wrong, so that nothing can be read. */
  brokenConfig: () => unknown;
};

/** Everything that a read yields. */
export async function collect<Config>(
  connector: Connector<Config>,
  config: unknown,
  options: Partial<ReadOptions> = {},
): Promise<ReadItem[]> {
  const items: ReadItem[] = [];
  for await (const item of connector.read(connector.configSchema.parse(config), readOptions(options))) items.push(item);
  return items;
}

export const readOptions = (options: Partial<ReadOptions> = {}): ReadOptions => ({
  includes: () => true,
  skipContainers: new Set(),
  signal: new AbortController().signal,
  faults: new Set(),
  ...options,
});

export const assetsOf = (items: readonly ReadItem[]): ScannedAsset[] =>
  items.flatMap((item) => (item.type === 'asset' ? [item.asset] : []));

export function describeContract<Config>(title: string, { connector, config, secret, brokenConfig }: ContractCase<Config>): void {
  describe(`${title} keeps the connector contract`, () => {
    const parse = (given: unknown): Config => connector.configSchema.parse(given);
    let items: ReadItem[];
    beforeAll(async () => {
      items = await collect(connector, config());
    });

    it('describes its config as a JSON schema that a form can be drawn from', () => {
      expect(z.toJSONSchema(connector.configSchema, { io: 'input' })).toMatchObject({ type: 'object', properties: expect.anything() });
    });

    it('refuses a config that is none, without repeating it', () => {
      for (const given of [null, 'text', [], {}, { url: 7 }, { unknown: secret() }]) {
        const result = connector.configSchema.safeParse(given);
        expect(result.success).toBe(false);
        expect(JSON.stringify(result.error?.issues ?? [])).not.toContain(secret());
      }
    });

    it('masks the secret, keeps the shape, and puts the stored secret back', () => {
      const stored = parse(config());
      const masked = connector.mask(stored);
      expect(JSON.stringify(masked)).not.toContain(secret());
      expect(Object.keys(masked as object)).toEqual(Object.keys(stored as object));
      expect(parse(masked)).toEqual(masked);
      expect(connector.endpoint(parse(masked))).toBe(connector.endpoint(stored));
      expect(connector.unmask(parse(masked), stored)).toEqual(stored);
      expect(connector.namespace(stored)).not.toContain(secret());
      expect(connector.containers(stored).length).toBeGreaterThan(0);
    });

    it('tells its containers first, and ends each one that it begins', () => {
      expect(items[0]?.type).toBe('containers');
      const begun = items.flatMap((item) => (item.type === 'container' ? [item.name] : []));
      const ended = items.flatMap((item) => (item.type === 'containerComplete' || item.type === 'containerFailed' ? [item.name] : []));
      expect(begun.length).toBeGreaterThan(0);
      expect(ended).toEqual(begun);
    });

    it('tells parents before children, each asset once, under a name and an id of its own', () => {
      const names = new Set<string>();
      const ids = new Set<string>();
      for (const asset of assetsOf(items)) {
        const name = qualifiedName(asset.path);
        expect(names).not.toContain(name);
        if (asset.path.length > 1) expect(names).toContain(qualifiedName(asset.path.slice(0, -1)));
        names.add(name);
        if (asset.nativeId !== null) {
          expect(ids).not.toContain(asset.nativeId);
          ids.add(asset.nativeId);
        }
        expect(connector.assetKinds).toContain(asset.kind);
      }
      expect(names.size).toBeGreaterThan(0);
    });

    it('announces as many assets as it tells', () => {
      const totals = items.flatMap((item) => (item.type === 'container' ? [item.total] : []));
      if (!totals.includes(null)) expect(totals.reduce<number>((sum, total) => sum + total!, 0)).toBe(assetsOf(items).length);
    });

    it('tells lists in the order that the contract has, so that equal metadata is equal', async () => {
      for (const { columns, table, dependsOn } of assetsOf(items)) {
        expect(columns.map(({ ordinal }) => ordinal)).toEqual(columns.map(({ ordinal }) => ordinal).sort((a, b) => a - b));
        for (const list of [table?.foreignKeys, table?.uniqueKeys, table?.checks, table?.indexes, dependsOn]) {
          const listed = (list ?? []).map(({ name }) => name);
          expect(listed).toEqual([...listed].sort());
        }
      }
      const withoutEstimates = (list: ReadItem[]) => assetsOf(list).map((asset) => ({ ...asset, rowEstimate: null }));
      expect(withoutEstimates(await collect(connector, config()))).toEqual(withoutEstimates(items));
    });

    it('gives sizes only to assets that it told of', () => {
      const ids = new Set(assetsOf(items).map(({ nativeId }) => nativeId));
      for (const item of items) if (item.type === 'sizes') for (const { nativeId } of item.sizes) expect(ids).toContain(nativeId);
    });

    it('leaves out what is not in scope', async () => {
      const narrow = await collect(connector, config(), { includes: () => false });
      expect(assetsOf(narrow).filter(({ table }) => table !== null)).toEqual([]);
      expect(narrow.some(({ type }) => type === 'containerComplete')).toBe(true);
    });

    it('lists the names of what a read asks about, and of nothing else', async () => {
      const asked: string[] = [];
      await collect(connector, config(), { includes: (schema, name) => (asked.push(JSON.stringify([schema, name])), false) });
      const list = async (given: unknown, skipContainers: ReadonlySet<string> = new Set()): Promise<ListItem[]> => {
        const found: ListItem[] = [];
        for await (const item of connector.list(parse(given), { skipContainers, signal: new AbortController().signal })) found.push(item);
        return found;
      };
      const listed = (await list(config())).map((item) =>
        item.type === 'relation' ? JSON.stringify([item.schema, item.name]) : item.type,
      );
      expect(listed.length).toBeGreaterThan(0);
      expect(listed.toSorted()).toEqual([...new Set(asked)].toSorted());
      expect(await list(config(), new Set(items.flatMap((item) => (item.type === 'containers' ? item.names : []))))).toEqual([]);
      await expect(list(brokenConfig())).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    });

    it('leaves out containers of others, with a warning', async () => {
      const names = items.flatMap((item) => (item.type === 'containers' ? item.names : []));
      const skipped = await collect(connector, config(), { skipContainers: new Set(names) });
      expect(assetsOf(skipped)).toEqual([]);
      expect(skipped.filter(({ type }) => type === 'warning').length).toBe(names.length);
    });

    it('stops when it is told to, with the reason that it was given', async () => {
      const reason = new Error('enough');
      const controller = new AbortController();
      const begun = (async () => {
        for await (const item of connector.read(parse(config()), readOptions({ signal: controller.signal })))
          if (item.type === 'asset') controller.abort(reason);
      })();
      await expect(begun).rejects.toBe(reason);
      await expect(collect(connector, config(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });

    it('says that a system is reached, or what to check, and never the secret', async () => {
      const { signal } = new AbortController();
      const good = await connector.check(parse(config()), signal);
      expect(good).toMatchObject({ ok: true, missingPermissions: [] });
      expect(good.latencyMs).toBeGreaterThan(0);
      const bad = await connector.check(parse(brokenConfig()), signal);
      expect(bad.ok).toBe(false);
      expect(JSON.stringify([good, bad])).not.toContain(secret());
    });

    it('throws a plain error when nothing can be read', async () => {
      const failure: unknown = await collect(connector, brokenConfig()).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', details: { system: expect.any(String), check: expect.any(String) } });
      expect(`${(failure as Error).message} ${JSON.stringify(failure)}`).not.toContain(secret());
    });
  });
}
