import { describe, expect, it } from 'vitest';
import { findTyped, toRows, type TreeItem, type TreeLevel } from './tree-rows';

const item = (id: string, isBranch = false): TreeItem => ({ id, text: id, isBranch });
const level = (items: TreeItem[], rest: Partial<TreeLevel<TreeItem>> = {}): TreeLevel<TreeItem> => ({
  items,
  total: items.length,
  hasMore: false,
  isLoading: false,
  ...rest,
});
const shapes = (levels: [string, TreeLevel<TreeItem>][], open: string[]) =>
  toRows(new Map(levels), new Set(open)).map((row) => `${'-'.repeat(row.depth)}${row.kind === 'item' ? row.item.id : row.kind}`);

const LEVELS: [string, TreeLevel<TreeItem>][] = [
  ['', level([item('shop', true), item('crm', true)])],
  ['shop', level([item('orders'), item('customers')], { total: 209, hasMore: true })],
];

describe('the rows of a tree', () => {
  it('are those of its open levels', () => {
    expect(shapes(LEVELS, [])).toEqual(['-shop', '-crm']);
    expect(shapes(LEVELS, ['shop'])).toEqual(['-shop', '--orders', '--customers', '--more', '-crm']);
  });

  it('tell of what is on its way, and of what failed', () => {
    expect(shapes([], [])).toEqual(['-loading']);
    expect(shapes(LEVELS, ['crm'])).toEqual(['-shop', '-crm', '--loading']);
    expect(shapes([...LEVELS, ['crm', level([], { error: 'away' })]], ['crm'])).toEqual(['-shop', '-crm', '--error']);
  });

  it('say how many more there are', () => {
    const more = toRows(new Map(LEVELS), new Set(['shop'])).find((row) => row.kind === 'more');
    expect(more).toMatchObject({ count: 207, parentId: 'shop', isLoading: false });
  });

  it('end where a branch lies in itself', () => {
    expect(
      shapes(
        [
          ['', level([item('a', true)])],
          ['a', level([item('a', true)])],
        ],
        ['a'],
      ),
    ).toEqual(['-a', '--a']);
  });

  it('are found by typing, going round', () => {
    const rows = toRows(new Map(LEVELS), new Set(['shop']));
    expect(findTyped(rows, 1, 'C')).toBe(2);
    expect(findTyped(rows, 3, 'sh')).toBe(0);
    expect(findTyped(rows, 0, 'x')).toBe(-1);
  });
});
