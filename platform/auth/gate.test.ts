import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createGate } from './gate.ts';

describe('a gate', () => {
  it('runs no more than its limit at a time, and one task of a key', async () => {
    const gate = createGate({ limit: 2, waitingPerKey: 100 });
    const running: string[] = [];
    let most = 0;
    const task = (key: string) =>
      gate.run(key, async () => {
        expect(running).not.toContain(key);
        running.push(key);
        most = Math.max(most, running.length);
        await sleep(1);
        running.splice(running.indexOf(key), 1);
      });
    await Promise.all(['a', 'b', 'c', 'a', 'b', 'a', 'a'].map(task));
    expect(most).toBe(2);
  });

  it('takes keys in turn, however many tasks one of them has', async () => {
    const gate = createGate({ limit: 1, waitingPerKey: 100 });
    const order: string[] = [];
    const task = (key: string) => gate.run(key, async () => void order.push(key));
    await Promise.all([...Array(5).fill('flood'), 'one', 'two'].map(task));
    expect(order).toEqual(['flood', 'flood', 'one', 'two', 'flood', 'flood', 'flood']);
  });

  it('refuses one task more than may wait, and only to that key', async () => {
    const gate = createGate({ limit: 1, waitingPerKey: 2 });
    const task = (key: string) =>
      gate
        .run(key, () => sleep(1))
        .then(
          () => 'ok',
          (error) => error.code,
        );
    expect(await Promise.all(['a', 'a', 'a', 'a', 'b'].map(task))).toEqual(['ok', 'ok', 'ok', 'RATE_LIMITED', 'ok']);
  });

  it('goes on after a task that fails', async () => {
    const gate = createGate({ limit: 1, waitingPerKey: 10 });
    await expect(gate.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await gate.run('a', async () => 1)).toBe(1);
  });
});
