import { describe, expect, it } from 'vitest';
import { createTurns } from './turns.ts';

/** Until everything that can go on has gone on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function crowd(options: Parameters<typeof createTurns>[0]) {
  const turns = createTurns(options);
  const started: string[] = [];
  const held: { key: string; giveBack: () => void }[] = [];
  const ask = (key: string, signal?: AbortSignal): Promise<unknown> =>
    turns.take(key, signal).then(
      (giveBack) => {
        started.push(key);
        held.push({ key, giveBack });
      },
      (error: unknown) => error,
    );
  const end = async (key: string): Promise<void> => {
    const [turn] = held.splice(
      held.findIndex((each) => each.key === key),
      1,
    );
    turn!.giveBack();
    await settled();
  };
  return { turns, started, ask, end };
}

describe('turns', () => {
  it('are a share for each key and a bound over all', async () => {
    const { started, ask, turns } = crowd({ limit: 4, perKey: 3 });
    for (const key of ['a', 'a', 'a', 'a', 'b', 'b', 'c']) void ask(key);
    await settled();
    expect(started).toEqual(['a', 'a', 'a', 'b']);
    expect(['a', 'b', 'c', 'd'].map(turns.waiting)).toEqual([1, 1, 1, 0]);
  });

  it('go round: a key with one wish waits for one turn of each other', async () => {
    const { started, ask, end } = crowd({ limit: 1, perKey: 1 });
    for (const key of ['flood', 'flood', 'flood', 'flood', 'one', 'two']) void ask(key);
    await settled();
    for (const key of ['flood', 'flood', 'one', 'two', 'flood']) await end(key);
    expect(started).toEqual(['flood', 'flood', 'one', 'two', 'flood', 'flood']);
  });

  it('are not given to who has left, and what waits behind goes on', async () => {
    const { started, ask, end, turns } = crowd({ limit: 2, perKey: 1 });
    const controller = new AbortController();
    void ask('a');
    const left = ask('a', controller.signal);
    void ask('a');
    const reason = new Error('left');
    controller.abort(reason);
    expect(await left).toBe(reason);
    expect(await ask('b', controller.signal)).toBe(reason);
    expect(turns.waiting('a')).toBe(1);
    await end('a');
    expect(started).toEqual(['a', 'a']);
    await end('a');
    void ask('b');
    await settled();
    expect(started).toEqual(['a', 'a', 'b']);
  });

  it('that were given are kept when their signal is aborted later', async () => {
    const { started, ask, end } = crowd({ limit: 1, perKey: 1 });
    const controller = new AbortController();
    void ask('a', controller.signal);
    await settled();
    controller.abort(new Error('left'));
    void ask('b');
    await settled();
    expect(started).toEqual(['a']);
    await end('a');
    expect(started).toEqual(['a', 'b']);
  });
});
