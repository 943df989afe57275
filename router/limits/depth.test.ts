import { parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { countAliases } from './aliases.ts';
import { checkDepth, operationDepth } from './depth.ts';

const read = (text: string) => {
  const document = parse(text);
  return [document, document.definitions[0] as OperationDefinitionNode] as const;
};
const nested = (levels: number) => '{ a '.repeat(levels) + '}'.repeat(levels);

describe('depth', () => {
  it('counts levels of fields', () => expect(operationDepth(...read('{ me { name } }'))).toBe(2));
  it('counts through fragments', () => {
    expect(operationDepth(...read('{ a { ...F } } fragment F on A { b { ... on B { c } } }'))).toBe(3);
  });
  it('leaves introspection out', () => expect(operationDepth(...read('{ __schema { types { fields { type { name } } } } }'))).toBe(0));
  it('allows 20 levels and refuses 21', () => {
    expect(() => checkDepth(...read(nested(20)))).not.toThrow();
    expect(() => checkDepth(...read(nested(21)))).toThrow(
      expect.objectContaining({ code: 'QUERY_TOO_DEEP', details: { depth: 21, limit: 20 } }),
    );
  });
  it('answers at once for fragments that double with every level', () => {
    const levels = Array.from({ length: 60 }, (_, i) => `fragment F${i} on A { ...F${i + 1} ...F${i + 1} }`);
    const text = `{ ...F0 } ${levels.join(' ')} fragment F60 on A { x: a }`;
    expect(operationDepth(...read(text))).toBe(1);
    expect(countAliases(...read(text))).toBe(2 ** 60);
  });
});

describe('aliases', () => {
  it('counts a fragment as often as it is spread', () => {
    expect(countAliases(...read('{ a { ...F } b { ...F } c: a } fragment F on A { x: y z }'))).toBe(3);
  });
});
