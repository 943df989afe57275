import { describe, expect, it } from 'vitest';
import { milestone, phasesOf, remaining, withSeen, type RunLike } from './phases';

const START = Date.parse('2026-11-23T10:00:00Z');
const at = (seconds: number): number => START + seconds * 1000;
const run = (over: Partial<RunLike> = {}): RunLike => ({
  status: 'RUNNING',
  startedAt: new Date(START).toISOString(),
  finishedAt: null,
  progress: { phase: 'reading', done: 640, total: 1284 },
  ...over,
});

describe('the phases of a run', () => {
  it('are drawn ahead, with how long each took', () => {
    const seen = withSeen({}, 'reading', at(2));
    expect(phasesOf(run(), seen, at(40))).toEqual([
      { id: 'connecting', label: 'Connect', state: 'done', milliseconds: 2_000 },
      { id: 'reading', label: 'Read', state: 'current', milliseconds: 38_000 },
    ]);
    expect(phasesOf(run({ progress: { phase: 'connecting', done: 0 } }), {}, at(1)).map(({ state }) => state)).toEqual([
      'current',
      'ahead',
    ]);
  });

  it('gain those that come unannounced', () => {
    const phases = phasesOf(
      run({ progress: { phase: 'classifying', done: 1 } }),
      withSeen({ reading: at(1) }, 'classifying', at(5)),
      at(6),
    );
    expect(phases.map(({ label, state }) => [label, state])).toEqual([
      ['Connect', 'done'],
      ['Read', 'done'],
      ['Classifying', 'current'],
    ]);
  });

  it('say where a run ended', () => {
    const ended = { finishedAt: new Date(at(60)).toISOString() };
    const states = (over: Partial<RunLike>) => phasesOf(run({ ...ended, ...over }), {}, at(100)).map(({ state }) => state);
    expect(states({ status: 'COMPLETED', progress: { phase: 'completed', done: 5, total: 5 } })).toEqual(['done', 'done']);
    expect(states({ status: 'FAILED', progress: { phase: 'failed', done: 0, total: null } })).toEqual(['failed', 'unreached']);
    expect(states({ status: 'CANCELLED', progress: { phase: 'cancelled', done: 3, total: 9 } })).toEqual(['done', 'left']);
    expect(states({ status: 'CANCELLED', startedAt: null, progress: { phase: 'cancelled', done: 0 } })).toEqual(['unreached', 'unreached']);
    expect(states({ status: 'QUEUED', startedAt: null, progress: { phase: 'queued', done: 0 } })).toEqual(['ahead', 'ahead']);
  });

  it('do not claim a duration that nobody saw', () => {
    const over = run({
      status: 'COMPLETED',
      finishedAt: new Date(at(60)).toISOString(),
      progress: { phase: 'completed', done: 5, total: 5 },
    });
    expect(phasesOf(over, {}, at(100)).map(({ milliseconds }) => milliseconds)).toEqual([null, null]);
    expect(phasesOf(over, { reading: at(1) }, at(100)).map(({ milliseconds }) => milliseconds)).toEqual([1_000, 59_000]);
  });
});

it('what is left is told after a tenth and ten seconds', () => {
  expect(remaining(run({ progress: { phase: 'reading', done: 500, total: 1000 } }), at(20))).toBe(20_000);
  expect(remaining(run({ progress: { phase: 'reading', done: 500, total: 1000 } }), at(9))).toBeNull();
  expect(remaining(run({ progress: { phase: 'reading', done: 50, total: 1000 } }), at(60))).toBeNull();
  expect(remaining(run({ progress: { phase: 'reading', done: 50, total: null } }), at(60))).toBeNull();
});

it('a milestone is a phase or a quarter', () => {
  const told = (done: number) => milestone(run({ progress: { phase: 'reading', done, total: 100 } }));
  expect([told(3), told(24), told(25), told(49), told(99)]).toEqual([
    'Read',
    'Read',
    'Read, 25 percent',
    'Read, 25 percent',
    'Read, 75 percent',
  ]);
  expect(milestone(run({ status: 'COMPLETED' }))).toBeNull();
});
