import { describe, expect, it } from 'vitest';
import { lineOf } from './closingLine.ts';

describe('the closing line', () => {
  it('counts what passed and failed', () => {
    expect(lineOf({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
  });

  it('names skipped tests only when there are some', () => {
    expect(lineOf({ passed: 12, failed: 1, skipped: 2 })).toBe('12 passed, 1 failed, 2 skipped');
  });
});
