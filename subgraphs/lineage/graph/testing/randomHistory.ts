/** Random graphs that can be had again by their seed. */
import { newId } from '#platform/ids.ts';
import type { AssetNode, FlowChange } from '../../store/facts.ts';

export type Random = {
  between(least: number, most: number): number;
  one<Item>(items: readonly Item[]): Item;
  chance(share: number): boolean;
};

/** mulberry32 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    one: (items) => items[Math.floor(next() * items.length)]!,
    chance: (share) => next() < share,
  };
}

/** Up to 40 nodes of three classes, and flows that come and go, some minutes apart or at the same moment. Some nodes have many. */
export function randomHistory(random: Random): { nodes: AssetNode[]; changes: FlowChange[] } {
  const nodes = Array.from({ length: random.between(2, 40) }, (_, index): AssetNode => ({
    id: newId(),
    accessClass: random.between(1, 3),
    namespace: 'test',
    name: `n${index}`,
    isDeleted: random.chance(0.1),
    seq: index + 1,
  }));
  const hubs = nodes.slice(0, 3);
  const pick = () => random.one(random.chance(0.3) ? hubs : nodes).id;
  let at = Date.UTC(2026, 0, 1);
  const changes: FlowChange[] = [];
  for (let count = random.between(0, 300); count > 0; count--) {
    const [fromId, toId] = [pick(), pick()];
    if (fromId === toId) continue;
    at += random.between(0, 2) * 60_000;
    const change = random.chance(0.7) ? 'opened' : 'closed';
    // An interval of no length would be none; its end comes a moment later.
    changes.push({ fromId, toId, kind: 'TABLE', origin: 'NATIVE', change, at: new Date(at) });
    if (change === 'opened') at += 1;
  }
  return { nodes, changes };
}
