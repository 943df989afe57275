import { describe, expect, it } from 'vitest';
import { readReadiness, type PartState } from './health.ts';

const is = (state: PartState['state'], required: boolean) => ({ required, check: () => ({ state }) });

describe('readiness', () => {
  it.each([
    ['ready', { database: is('ok', true), search: is('ok', false) }],
    ['degraded', { database: is('ok', true), search: is('down', false) }],
    ['degraded', { database: is('ok', true), lineage: is('degraded', false) }],
    ['degraded', { database: is('degraded', true) }],
    ['starting', { database: is('ok', true), demo: is('starting', true) }],
    ['unavailable', { database: is('down', true), demo: is('starting', true) }],
  ])('is %s', async (status, checks) => expect((await readReadiness(checks)).status).toBe(status));

  it('counts a check that fails or hangs as down, and tells no cause', async () => {
    const { parts } = await readReadiness({
      failing: { required: false, check: () => Promise.reject(new Error('password of 10.0.0.1 is wrong')) },
      hanging: { required: false, check: () => new Promise(() => {}) },
    });
    expect(parts).toEqual({
      failing: { state: 'down', message: 'does not answer' },
      hanging: { state: 'down', message: 'does not answer' },
    });
  });
});
