/** What of a tree is to be drawn: its open levels as a flat list of rows. Pure. */
export type TreeItem = {
  id: string;
  /** For type-ahead. */
  text: string;
  /** How many lie in it; null: not known. */
  count?: number | null;
  /** Something may lie in it. */
  isBranch: boolean;
};

export type TreeLevel<Item extends TreeItem> = {
  items: readonly Item[];
  /** How many there are in all; null: not known. */
  total: number | null;
  hasMore: boolean;
  isLoading: boolean;
  error?: string;
};

type Place = { key: string; depth: number; parentId: string | null };
export type TreeRow<Item extends TreeItem> =
  | (Place & { kind: 'item'; item: Item; isOpen: boolean; position: number; size: number })
  /** The rest of a level, which a click loads; `count` null: not known. */
  | (Place & { kind: 'more'; count: number | null; isLoading: boolean })
  | (Place & { kind: 'loading' })
  | (Place & { kind: 'error'; message: string });

/** `levels`: by their parent's id, '' for the roots. A level that is open and not known is on its way. */
export function toRows<Item extends TreeItem>(levels: ReadonlyMap<string, TreeLevel<Item>>, open: ReadonlySet<string>): TreeRow<Item>[] {
  const rows: TreeRow<Item>[] = [];
  const add = (parentId: string | null, depth: number, above: ReadonlySet<string>): void => {
    const level = levels.get(parentId ?? '');
    const place = (suffix: string): Place => ({ key: `${parentId ?? ''}/${suffix}`, depth, parentId });
    for (const [index, item] of (level?.items ?? []).entries()) {
      const isOpen = item.isBranch && open.has(item.id) && !above.has(item.id);
      const size = level!.total ?? (level!.hasMore ? -1 : level!.items.length);
      rows.push({ kind: 'item', key: item.id, depth, parentId, item, isOpen, position: index + 1, size });
      if (isOpen) add(item.id, depth + 1, new Set(above).add(item.id));
    }
    if (level?.error !== undefined) rows.push({ ...place('error'), kind: 'error', message: level.error });
    else if (!level || (level.isLoading && level.items.length === 0)) rows.push({ ...place('loading'), kind: 'loading' });
    else if (level.hasMore) {
      const count = level.total === null ? null : Math.max(level.total - level.items.length, 0);
      rows.push({ ...place('more'), kind: 'more', count, isLoading: level.isLoading });
    }
  };
  add(null, 1, new Set());
  return rows;
}

/** The next row from `from` on, going round, whose text begins with what was typed. */
export function findTyped<Item extends TreeItem>(rows: readonly TreeRow<Item>[], from: number, typed: string): number {
  const wanted = typed.toLowerCase();
  for (let step = 0; step < rows.length; step++) {
    const index = (from + step) % rows.length;
    const row = rows[index]!;
    if (row.kind === 'item' && row.item.text.toLowerCase().startsWith(wanted)) return index;
  }
  return -1;
}
