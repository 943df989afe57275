import { describe, expect, it } from 'vitest';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { LiveEvent } from './logEvents.ts';
import { createPayloads, type ExecuteQuery } from './payloads.ts';
import type { Plan } from './plan.ts';
import type { Subscriber } from './subscribers.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const signal = new AbortController().signal;

const subscriber = (userId: string, role: Viewer['roles'][number]['role'] = 'READER'): Subscriber => ({
  viewer: { userId, sessionId: null, roles: [{ role, sourceId: null, domainId: null }] },
  scopeKey: role,
  address: '127.0.0.1',
});
/** All payloads of one operation; `key` tells it from others. */
const planOf = (key: string): Plan => ({
  key,
  interest: { types: null, subject: null, matches: () => true },
  after: null,
  query: { text: key, variablesFor: () => ({}) },
  isPersonal: false,
  assemble: (_event, cursor, found) => ({ cursor, found }),
  responseKey: 'it',
  entityKeys: ['asset'],
});
const event = (seq: number): LiveEvent => ({
  seq,
  id: `${seq}`,
  type: 'asset.updated',
  subject: 'a',
  time: new Date(0),
  attributes: {},
  changedFields: null,
  data: null,
});

/** Executions that end when the test says so. */
function setUp() {
  const begun: { query: string; by: Subscriber; signal: AbortSignal; end: () => void }[] = [];
  const execute: ExecuteQuery = ({ query }, by, left) =>
    new Promise((resolve) => begun.push({ query, by, signal: left, end: () => resolve({ data: { query } }) }));
  const payloads = createPayloads({ execute, sightVersion: () => 0 });
  const ask = (key: string, by: Subscriber, { seq = 1, epoch = 'e', left = signal } = {}): Promise<string> => {
    const payload = payloads.of(planOf(key), event(seq), `${epoch}.${seq}`, by, left);
    payload.catch(() => {});
    return payload;
  };
  return { begun, ask };
}

describe('payloads', () => {
  it('are made once for all who see the same, for each event of each log', async () => {
    const { begun, ask } = setUp();
    const [one, other] = [ask('k', subscriber('a')), ask('k', subscriber('b'))];
    for (const [seq, epoch] of [
      [2, 'e'],
      [1, 'f'],
    ] as const)
      void ask('k', subscriber('a'), { seq, epoch });
    void ask('k', subscriber('c', 'ADMIN'));
    await settled();
    expect(begun.map(({ by }) => by.viewer.userId)).toEqual(['a', 'a', 'a', 'c']);
    begun[0]!.end();
    expect(await one).toBe(await other);
    expect(JSON.parse(await one)).toEqual({ data: { cursor: 'e.1', found: { query: 'k' } } });
    expect(JSON.parse(await ask('k', subscriber('d')))).toEqual(JSON.parse(await one));
    expect(begun).toHaveLength(4);
  });

  it('are not made of what the database could not tell, and are asked for again', async () => {
    let answer: Awaited<ReturnType<ExecuteQuery>> = {
      data: null,
      errors: [{ message: 'away', extensions: { code: 'UPSTREAM_UNAVAILABLE', system: 'database' } }],
    };
    const payloads = createPayloads({ execute: async () => answer, sightVersion: () => 0 });
    const ask = () => payloads.of(planOf('k'), event(1), 'e.1', subscriber('a'), signal);
    await expect(ask()).rejects.toThrow('The database was away');
    answer = { data: { query: 'k' } };
    expect(JSON.parse(await ask())).toEqual({ data: { cursor: 'e.1', found: { query: 'k' } } });
    // That a subgraph is away is told: whoever listens need not wait for it.
    answer = { data: null, errors: [{ message: 'away', extensions: { code: 'UPSTREAM_UNAVAILABLE', system: 'policy' } }] };
    expect(JSON.parse(await payloads.of(planOf('k'), event(2), 'e.2', subscriber('a'), signal))).toMatchObject({
      errors: [{ extensions: { system: 'policy' } }],
    });
  });

  it('of one user hold up no other, not even those that both would get', async () => {
    const { begun, ask } = setUp();
    for (let count = 0; count < 100; count++) void ask(`flood${count}`, subscriber('flood'));
    void ask('shared', subscriber('flood'));
    const shared = ask('shared', subscriber('other'));
    void ask('own', subscriber('other'));
    await settled();
    const ofOther = begun.filter(({ by }) => by.viewer.userId === 'other');
    expect(ofOther.map(({ query }) => query)).toEqual(['shared', 'own']);
    expect(begun).toHaveLength(8 + 2);
    ofOther[0]!.end();
    await shared;
    // It is not made again when the turn of the other comes.
    for (let round = 0; round < 20; round++) {
      for (const { end } of begun) end();
      await settled();
    }
    expect(begun.filter(({ query }) => query === 'shared')).toHaveLength(1);
    expect(begun).toHaveLength(102);
  });

  it('are made no further once nobody waits for them', async () => {
    const { begun, ask } = setUp();
    const [one, other] = [new AbortController(), new AbortController()];
    const first = ask('k', subscriber('a'), { left: one.signal });
    const second = ask('k', subscriber('b'), { left: other.signal });
    for (let count = 0; count < 30; count++) void ask(`waiting${count}`, subscriber('a'), { left: one.signal });
    await settled();
    one.abort();
    await settled();
    expect(begun.filter((each) => !each.signal.aborted).map(({ query }) => query)).toEqual(['k']);
    other.abort();
    await expect(second).rejects.toBe(other.signal.reason);
    await first.catch(() => {});
    expect(begun.every((each) => each.signal.aborted)).toBe(true);
    for (const { end } of begun) end();
    await settled();
    expect(begun).toHaveLength(8); // what waited for its turn was never begun
    void ask('k', subscriber('a'));
    await settled();
    expect(begun).toHaveLength(9);
  });
});
