import { expect, it } from 'vitest';
import { createSourceRoots, type SourceResolverDeps } from './sourceRoots.ts';

/** Reading back fails, as when the database goes away or the caller leaves just after the change. */
const gone = { load: () => Promise.reject(new Error('The caller left before the answer.')) };
const done = async () => ({ id: 'x', cursor: 'e.1' });
const { Mutation } = createSourceRoots({
  context: { of: () => ({ source: gone, scan: gone }), forget() {} },
  sources: { register: done, update: done, remove: done },
  scans: { create: done, update: done },
} as unknown as SourceResolverDeps);

it.each(['registerSource', 'updateSource', 'removeSource', 'createScan', 'updateScan'] as const)(
  '%s reads nothing back that nobody asks for: that it fails would be an error which nobody takes',
  async (name) => {
    const change = Mutation[name] as (...args: unknown[]) => Promise<Record<string, unknown>>;
    const payload = await change({}, { input: { id: 'x' } }, { viewer: null });
    expect(payload.cursor).toBe('e.1');
    // Whoever selects the field calls it.
    const read = payload.source ?? payload.scan;
    expect(read).toBeTypeOf('function');
    await expect((read as () => Promise<unknown>)()).rejects.toThrow('The caller left');
  },
);
