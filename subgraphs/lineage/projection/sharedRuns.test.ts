import { expect, it } from 'vitest';
import { shareRuns } from './sharedRuns.ts';

it('answers each with a run that began after it asked, and all who wait with one', async () => {
  const runs: PromiseWithResolvers<number>[] = [];
  const ask = shareRuns(() => runs[runs.push(Promise.withResolvers<number>()) - 1]!.promise);
  const first = ask();
  const [second, third] = [ask(), ask()];
  expect(runs).toHaveLength(1);
  runs[0]!.resolve(1);
  expect(await first).toBe(1);
  await expect.poll(() => runs.length).toBe(2);
  const fourth = ask();
  runs[1]!.reject(new Error('the second'));
  await expect(second).rejects.toThrow('the second');
  await expect(third).rejects.toThrow('the second');
  await expect.poll(() => runs.length).toBe(3);
  runs[2]!.resolve(3);
  expect(await fourth).toBe(3);
  const fifth = ask();
  runs[3]!.resolve(4);
  expect(await fifth).toBe(4);
});
