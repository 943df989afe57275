import { expect, it } from 'vitest';
import { pageOfRead, shortIds } from './read-words';

it('leads to the page of what one field was asked for, and of several to none', () => {
  expect(pageOfRead(['asset'], 'x')).toBe('/assets/x');
  expect(pageOfRead(['violation'], 'x')).toBe('/violations?tab=all&violation=x');
  expect(pageOfRead(['assetsById'], 'x')).toBeNull();
  expect(pageOfRead(['asset', 'lineage'], 'x')).toBeNull();
  expect(pageOfRead([], 'x')).toBeNull();
});

it('shortens ids to their ends, and says how many more there are', () => {
  const id = '0199a6f2-77b3-7c11-9d54-3f2a51c09be4';
  expect([shortIds([]), shortIds([id]), shortIds([id, 'b', 'c'])]).toEqual(['', '…51c09be4', '…51c09be4 and 2 more']);
});
