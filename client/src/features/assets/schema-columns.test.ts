import { describe, expect, it } from 'vitest';
import { filterColumns, keysOf, type Column } from './schema-columns';

const label = (name: string, state: 'CONFIRMED' | 'SUGGESTED' | 'REJECTED') => ({
  id: name,
  state,
  confidence: 1,
  label: { id: name, name },
});
const column = (name: string, more: object = {}) =>
  ({
    id: name,
    name,
    dataType: 'text',
    nativeType: 'text',
    description: null,
    sourceDescription: null,
    deletedAt: null,
    labels: [],
    ...more,
  }) as unknown as Column;
const names = (columns: readonly Column[]): string[] => columns.map(({ name }) => name);
const NONE = { text: '', labels: [], undecided: false, removed: false };

describe('the filter of a schema', () => {
  const columns = [
    column('email', { labels: [label('EMAIL', 'CONFIRMED')] }),
    column('contact', { labels: [label('EMAIL', 'SUGGESTED')], description: 'How to reach the buyer' }),
    column('segment', { labels: [label('EMAIL', 'REJECTED')] }),
    column('fax', { deletedAt: '2026-01-01T00:00:00.000Z' }),
  ];
  it('leaves what is removed out, and shows only that when it is asked for', () => {
    expect(names(filterColumns(columns, NONE))).toEqual(['email', 'contact', 'segment']);
    expect(names(filterColumns(columns, { ...NONE, removed: true }))).toEqual(['fax']);
  });
  it('finds every word in the name, the type or the description', () => {
    expect(names(filterColumns(columns, { ...NONE, text: 'TEXT buyer' }))).toEqual(['contact']);
  });
  it('does not count a rejected label', () => {
    expect(names(filterColumns(columns, { ...NONE, labels: ['EMAIL'] }))).toEqual(['email', 'contact']);
    expect(names(filterColumns(columns, { ...NONE, undecided: true }))).toEqual(['contact']);
  });
});

describe('the keys of a table', () => {
  it('calls a column unique only where it is so alone', () => {
    const table = {
      primaryKey: ['id'],
      uniqueKeys: [{ columns: ['email'] }, { columns: ['a', 'b'] }],
      foreignKeys: [{ name: 'fk', columns: ['a'], referencesName: 'other', referencesColumns: ['id'] }],
    };
    const keys = keysOf(table as unknown as Parameters<typeof keysOf>[0]);
    expect(keys.get('id')).toMatchObject({ isPrimary: true });
    expect(keys.get('email')).toMatchObject({ isUnique: true });
    expect(keys.get('a')).toMatchObject({ isUnique: false, foreign: { name: 'fk' } });
    expect(keys.has('b')).toBe(false);
  });
});
