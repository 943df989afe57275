import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { checkLiterals, nestedLists } from './literals.ts';

const withList = (levels: number) => parse(`{ a(b: ${'['.repeat(levels)}${']'.repeat(levels)}) }`);

describe('literals', () => {
  it('are as deep as their lists within lists', () => {
    expect(nestedLists(parse('{ a(b: [1, [2]], c: [3]) { d(e: {f: [{g: [4]}]}) } }'))).toBe(2);
    expect(nestedLists(parse('query ($a: JSON = [[[1]]]) { a(b: $a) } fragment F on A { a(b: []) }'))).toBe(3);
    expect(nestedLists(parse('{ a }'))).toBe(0);
  });
  it('are refused above 8 levels, which the planner could not walk', () => {
    expect(() => checkLiterals(withList(8))).not.toThrow();
    expect(() => checkLiterals(withList(9))).toThrow(expect.objectContaining({ code: 'QUERY_TOO_DEEP', details: { depth: 9, limit: 8 } }));
  });
});
