import { describe, expect, it } from 'vitest';
import { changeWords, isPeoples } from './change-words';
import { diffSnapshots } from './history-diff';

const column = (more: object = {}) => ({
  ordinal: 1,
  nativeType: 'text',
  nullable: true,
  default: null,
  generated: false,
  sourceDescription: null,
  description: null,
  ...more,
});
const snapshot = (columns: object, more: object = {}) => ({
  kind: 'TABLE',
  name: 'shop.t',
  columns,
  table: null,
  owners: [],
  tags: [],
  termIds: [],
  description: null,
  ...more,
});
const nameOf = (kind: string, id: string) => `${kind} ${id}`;
const titles = (before: unknown, after: unknown) =>
  diffSnapshots(before, after, nameOf).groups.map(({ title, rows }) => [
    title,
    rows.map(({ name, detail, before: was, after: is }) => [name, detail, was, is]),
  ]);

describe('the difference of two snapshots', () => {
  it('tells columns that came, went and changed, and folds the others', () => {
    const before = snapshot({ a: column(), fax: column({ ordinal: 2 }), same: column({ ordinal: 3 }) });
    const after = snapshot({
      a: column({ nativeType: 'bigint' }),
      contact: column({ ordinal: 2, nullable: false }),
      same: column({ ordinal: 3 }),
    });
    expect(titles(before, after)).toEqual([
      [
        'Columns',
        [
          ['a', 'type', 'text', 'bigint'],
          ['contact', undefined, undefined, 'text, not null, position 2'],
          ['fax', undefined, 'text, null, position 2', undefined],
        ],
      ],
    ]);
    expect(diffSnapshots(before, after, nameOf).unchangedColumns).toEqual(['same']);
  });

  it('puts what people say apart from what the source says, under names', () => {
    const before = snapshot({ a: column() }, { owners: [{ role: 'OWNER', userId: 'u', teamId: null }] });
    const after = snapshot({ a: column({ description: 'One' }) }, { domainId: 'd', sourceDescription: 'comment' });
    expect(titles(before, after)).toEqual([
      [
        'Words and people',
        [
          ['People', undefined, 'user u (owner)', undefined],
          ['Domain', undefined, undefined, 'domain d'],
          ['a', 'description', undefined, 'One'],
        ],
      ],
      ['Facts', [['Comment in the source', undefined, undefined, 'comment']]],
    ]);
  });

  it('says once that many columns moved', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const at = (by: number) => snapshot(Object.fromEntries(names.map((name, index) => [name, column({ ordinal: index + by })])));
    expect(titles(at(0), at(1))).toEqual([['Columns', [['5 columns', 'positions', 'as before', 'moved']]]]);
  });
});

describe('a version in a few words', () => {
  it('counts columns and names what else changed', () => {
    expect(
      changeWords([
        { path: '/columns/a~1b', before: undefined, after: {} },
        { path: '/columns/c/nativeType', before: 'text', after: 'bigint' },
        { path: '/columns/c/dataType', before: 'text', after: 'bigint' },
        { path: '/owners', before: [], after: [] },
        { path: '/table/indexes/i', before: null, after: {} },
        { path: '/columns/c/ordinal', before: 1, after: 2 },
      ]),
    ).toEqual(['1 column added', '1 index added', 'type of c', 'people']);
  });

  it('knows what only people change', () => {
    expect(
      ['/description', '/columns/a/description', '/columns/a/default', '/table/definition'].map((path) => isPeoples({ path })),
    ).toEqual([true, true, false, false]);
  });
});
