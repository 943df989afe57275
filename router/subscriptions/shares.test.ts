import { expect, it } from 'vitest';
import { createShares } from './shares.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('pages of the log are read two at a time, one for each user, and none for an operation that has ended', async () => {
  const shares = createShares({ maxPerUser: 50 });
  const reading: { name: string; end: () => void }[] = [];
  const read = (name: string, userId: string, signal = new AbortController().signal) =>
    shares.inTurnOf(userId, signal)(() => new Promise<string>((resolve) => reading.push({ name, end: () => resolve(name) })));
  const ending = new AbortController();
  const first = read('a1', 'a');
  const left = read('a2', 'a', ending.signal);
  left.catch(() => {});
  for (const [name, user] of [
    ['a3', 'a'],
    ['b1', 'b'],
    ['c1', 'c'],
  ] as const)
    void read(name, user);
  await settled();
  expect(reading.map(({ name }) => name)).toEqual(['a1', 'b1']);
  ending.abort();
  await expect(left).rejects.toBe(ending.signal.reason);
  for (let count = 0; count < 4; count++) {
    reading[count]!.end();
    await settled();
  }
  expect(await first).toBe('a1');
  expect(reading.map(({ name }) => name)).toEqual(['a1', 'b1', 'a3', 'c1']);
});

it('a subscription is given back once, however often that is said', () => {
  const shares = createShares({ maxPerUser: 50 });
  const taken = Array.from({ length: 500 }, () => shares.take('a'));
  expect(() => shares.take('a')).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
  shares.take('b');
  for (let count = 0; count < 3; count++) taken[0]!();
  shares.take('a');
  expect(() => shares.take('a')).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
});

it('whoever may have more sockets than subscriptions may have one on each', () => {
  const shares = createShares({ maxPerUser: 600 });
  for (let count = 0; count < 600; count++) shares.take('a');
  expect(() => shares.take('a')).toThrow(expect.objectContaining({ details: expect.objectContaining({ limit: 600 }) }));
});
