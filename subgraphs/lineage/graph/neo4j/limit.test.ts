import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLimit } from './limit.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = (): Promise<never> => new Promise(() => {});

it('is over after its time, or with a signal, for all who wait, and nothing begins then', async () => {
  const late = new Error('late');
  const gone = new Error('gone');
  const controller = new AbortController();
  const limits = [createLimit(100, () => late, [undefined]), createLimit(100, () => late, [undefined, controller.signal])] as const;
  const waiting = limits.map((limit) => limit.wait(never).catch((error: unknown) => error));
  expect(await limits[0].wait(async () => 'done')).toBe('done');
  controller.abort(gone);
  vi.advanceTimersByTime(100);
  expect(await Promise.all(waiting)).toEqual([late, gone]);
  const work = vi.fn(never);
  for (const [limit, error] of [
    [limits[0], late],
    [limits[1], gone],
    [createLimit(100, () => late, [controller.signal]), gone],
  ] as const) {
    expect(limit.signal.reason).toBe(error);
    await expect(limit.wait(work)).rejects.toBe(error);
  }
  expect(work).not.toHaveBeenCalled();
});

it('leaves nothing behind once nobody waits', () => {
  const controller = new AbortController();
  const onLate = vi.fn();
  const limit = createLimit(100, onLate, [controller.signal]);
  limit.end();
  controller.abort();
  vi.advanceTimersByTime(100);
  expect(onLate).not.toHaveBeenCalled();
  expect(limit.signal.aborted).toBe(false);
});
