import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TimedOut, Upstream } from '#platform/errors.ts';
import { Away } from '../graph/neo4j/failures.ts';
import { createAbsence } from './absence.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const away = new Away('Neo4j cannot be reached.', { system: 'Neo4j', check: 'The server.' });

/** Work that is answered later, and how often it was asked. */
function createWork() {
  const asked: PromiseWithResolvers<string>[] = [];
  return { asked, work: () => asked[asked.push(Promise.withResolvers<string>()) - 1]!.promise };
}

it('asks again after a second, one at a time, until there is an answer', async () => {
  const unlessAway = createAbsence();
  const { asked, work } = createWork();
  const first = [unlessAway(work), unlessAway(work)];
  for (const each of asked) each.reject(away);
  await expect(Promise.allSettled(first)).resolves.toMatchObject([{ reason: away }, { reason: away }]);
  await expect(unlessAway(work)).rejects.toBe(away);
  expect(asked).toHaveLength(2);
  vi.advanceTimersByTime(1_001);
  const probe = unlessAway(work);
  // However long it takes.
  vi.advanceTimersByTime(60_000);
  await expect(unlessAway(work)).rejects.toBe(away);
  expect(asked).toHaveLength(3);
  asked[2]!.resolve('here again');
  expect(await probe).toBe('here again');
  vi.advanceTimersByTime(1_001);
  const after = [unlessAway(work), unlessAway(work)];
  for (const each of asked.slice(3)) each.resolve('here');
  expect(await Promise.all(after)).toEqual(['here', 'here']);
});

it('asks again a second after each time in vain, and at once after anything else', async () => {
  const unlessAway = createAbsence();
  const { asked, work } = createWork();
  for (const error of [away, away, new TimedOut('too much')]) {
    vi.advanceTimersByTime(1_001);
    const probe = unlessAway(work);
    asked.at(-1)!.reject(error);
    await expect(probe).rejects.toBe(error);
    if (error === away) await expect(unlessAway(work)).rejects.toBe(away);
  }
  expect(asked).toHaveLength(3);
  expect(await unlessAway(async () => 'here')).toBe('here');
});

it('takes no other failure for an absence', async () => {
  const unlessAway = createAbsence();
  const own = new Upstream('Neo4j cannot answer at the moment.', { system: 'Neo4j', check: 'Its memory.' });
  for (const error of [new Error('ours'), own, new Upstream('The catalog is away.', { system: 'catalog', check: 'It.' })]) {
    await expect(unlessAway(() => Promise.reject(error))).rejects.toBe(error);
    expect(await unlessAway(async () => 'here')).toBe('here');
  }
});
