/** The first `most` of all that is offered, in an order, without sorting all of it. */
export type Firsts<Item> = { offer(item: Item): void; list: Item[] };

export function createFirsts<Item>(most: number, compare: (a: Item, b: Item) => number): Firsts<Item> {
  const list: Item[] = [];
  return {
    list,
    offer(item) {
      if (list.length === most && compare(item, list.at(-1)!) >= 0) return;
      const at = list.findIndex((other) => compare(item, other) < 0);
      list.splice(at < 0 ? list.length : at, 0, item);
      if (list.length > most) list.pop();
    },
  };
}
