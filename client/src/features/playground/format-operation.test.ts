import { parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readExamples } from './example-files';
import { formatOperation } from './format-operation';
import { listOperations, readVariables } from './operations';

const examples = await readExamples();

describe('formatting', () => {
  it('breaks and indents', () => expect(formatOperation('query A{a(b:1){c d}}')).toBe('query A {\n  a(b: 1) {\n    c\n    d\n  }\n}\n'));
  it('keeps comments where they were', () => {
    const text = '# Top\nquery A{ # begin\n# of c\na(b:1, # why\nc:2){c # end\n}\n# in a\n}\n# last';
    expect(formatOperation(text)).toBe(
      ['# Top', 'query A { # begin', '  # of c', '  a(b: 1, c: 2) { # why', '    c # end', '  }', '  # in a', '}', '# last', ''].join('\n'),
    );
  });
  it('keeps comments of what has no name', () => expect(formatOperation('# Top\nquery{a}')).toBe('# Top\n{\n  a\n}\n'));
  it.each(examples)('changes nothing of the meaning of $title, nor of its comment', ({ query }) => {
    const formatted = formatOperation(query);
    expect(print(parse(formatted))).toBe(print(parse(query)));
    expect(formatted.split('\n').filter((line) => line.startsWith('#'))).toEqual(query.split('\n').filter((line) => line.startsWith('#')));
    expect(formatOperation(formatted)).toBe(formatted);
  });
  it('leaves what cannot be read', () => expect(() => formatOperation('{ a')).toThrow('Syntax Error'));
});

it('operations are found by name and kind', () => {
  expect(listOperations('query A { a } subscription B { b } fragment C on D { e }')).toEqual([
    { name: 'A', kind: 'query' },
    { name: 'B', kind: 'subscription' },
  ]);
  expect(listOperations('query A {')).toBeNull();
});

it('variables are an object or nothing', () => {
  expect(readVariables(' \n')).toBeUndefined();
  expect(readVariables('{"a": [1]}')).toEqual({ a: [1] });
  expect(() => readVariables('[1]')).toThrow('object');
  expect(() => readVariables('{a: 1}')).toThrow('JSON');
});
