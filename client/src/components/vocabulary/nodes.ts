/** Terms and domains: flat lists that name their parents, and the trees that they are. */
import type { TreeItem, TreeLevel } from '../ui/tree-rows';

export type Node = { id: string; name: string; version: number; parent: { id: string } | null };
export type NodeItem = TreeItem & { name: string };

export type Nodes<Of extends Node = Node> = {
  byId: ReadonlyMap<string, Of>;
  /** '' for the roots; each in the order of the list. */
  children: ReadonlyMap<string, readonly Of[]>;
};

/** A parent that is not in the list leaves its children at the top; those of a circle are all there too. */
export function toNodes<Of extends Node>(list: readonly Of[]): Nodes<Of> {
  const byId = new Map(list.map((node) => [node.id, node]));
  const children = new Map<string, Of[]>();
  for (const node of byId.values()) {
    const parent = node.parent && byId.has(node.parent.id) && !isCircle(byId, node) ? node.parent.id : '';
    const level = children.get(parent);
    if (level) level.push(node);
    else children.set(parent, [node]);
  }
  return { byId, children };
}

function isCircle(byId: ReadonlyMap<string, Node>, node: Node): boolean {
  const seen = new Set<string>();
  for (let at: Node | undefined = node; at; at = at.parent ? byId.get(at.parent.id) : undefined) {
    if (seen.has(at.id)) return at.id === node.id;
    seen.add(at.id);
  }
  return false;
}

/** From the top down to its parent. */
export function pathTo<Of extends Node>({ byId }: Nodes<Of>, id: string): Of[] {
  const path: Of[] = [];
  const seen = new Set([id]);
  for (let parent = byId.get(id)?.parent; parent;) {
    const node = seen.has(parent.id) ? undefined : byId.get(parent.id);
    if (!node) break;
    seen.add(node.id);
    path.unshift(node);
    parent = node.parent;
  }
  return path;
}

/** The node itself and all below it: where it cannot be moved to. */
export function withDescendants({ children }: Nodes, id: string): Set<string> {
  const found = new Set([id]);
  for (const at of found) for (const child of children.get(at) ?? []) found.add(child.id);
  return found;
}

const PAGE = 50;

/** The levels of the tree; `pages`: of how many each shows, by its parent's id, one unless told. */
export function levelsOf(nodes: Nodes, pages: ReadonlyMap<string, number>): Map<string, TreeLevel<NodeItem>> {
  const levels = new Map<string, TreeLevel<NodeItem>>();
  for (const [parent, all] of nodes.children.size === 0 ? [['', []] as const] : nodes.children) {
    const shown = all.slice(0, PAGE * (pages.get(parent) ?? 1));
    const items = shown.map(({ id, name }) => {
      const count = nodes.children.get(id)?.length ?? null;
      return { id, name, text: name, count, isBranch: count !== null };
    });
    levels.set(parent, { items, total: all.length, hasMore: shown.length < all.length, isLoading: false });
  }
  return levels;
}
