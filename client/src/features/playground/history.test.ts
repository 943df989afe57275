import { beforeEach, describe, expect, it } from 'vitest';
import { keepDraft, readDraft } from './draft';
import { addToHistory, clearHistory, readHistory, titleOf } from './history';

function createStorage(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    getItem: (key) => kept.get(key) ?? null,
    key: (index) => [...kept.keys()][index] ?? null,
    removeItem: (key) => void kept.delete(key),
    setItem: (key, value) => void kept.set(key, value),
  };
}
let storage: Storage;
beforeEach(() => {
  storage = createStorage();
});
const AT = new Date('2026-11-22T18:00:00Z');

describe('history', () => {
  it('has the newest first, each text once, and at most 50', () => {
    for (let index = 0; index < 60; index++) addToHistory('u', `{ a${index} }`, AT, storage);
    addToHistory('u', ' { a30 }\n', AT, storage);
    const history = readHistory('u', storage);
    expect(history).toHaveLength(50);
    expect(history.slice(0, 2).map(({ query }) => query)).toEqual([' { a30 }\n', '{ a59 }']);
    expect(history.filter(({ query }) => query.trim() === '{ a30 }')).toHaveLength(1);
  });
  it('is of one person, and can be cleared', () => {
    addToHistory('one', '{ a }', AT, storage);
    addToHistory('other', '{ b }', AT, storage);
    clearHistory('one', storage);
    expect(readHistory('one', storage)).toEqual([]);
    expect(readHistory('other', storage)).toEqual([{ query: '{ b }', at: AT.toISOString() }]);
  });
  it('takes nothing that is empty or broken', () => {
    expect(addToHistory('u', '  \n', AT, storage)).toEqual([]);
    storage.setItem('pursight.playground.history.u', '{"a":');
    expect(readHistory('u', storage)).toEqual([]);
    storage.setItem('pursight.playground.history.u', '[1, null, {"query": "{ a }", "at": "2026-01-01T00:00:00Z"}]');
    expect(readHistory('u', storage)).toHaveLength(1);
  });
  it('names what was run', () => {
    expect(titleOf('# Why\nquery Search($a: Int) { a }')).toBe('query Search');
    expect(titleOf('# Why\n{\n  a\n}')).toBe('{ a }');
    expect(titleOf(`{ ${'a '.repeat(80)}}`)).toHaveLength(80);
  });
});

describe('what is typed', () => {
  it('is there again for the same person only', () => {
    const draft = { query: '{ a }', variables: '{"b": 1' };
    keepDraft('one', draft, storage);
    expect(readDraft('one', storage)).toEqual(draft);
    expect(readDraft('other', storage)).toBeNull();
  });
});
