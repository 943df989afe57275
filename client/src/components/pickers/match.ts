/** What type-ahead finds in a list that the API gives whole. */
export const MOST_OPTIONS = 50;

const plain = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();

/** Names that begin with the text, then those with a word that does, then those that hold it; each in the order given. */
export function matchByName<Item extends { name: string }>(items: readonly Item[], text: string): Item[] {
  const wanted = plain(text.trim());
  if (wanted === '') return [...items];
  const ranks: Item[][] = [[], [], []];
  for (const item of items) {
    const name = plain(item.name);
    const at = name.indexOf(wanted);
    if (at === 0) ranks[0]!.push(item);
    else if (at > 0) ranks[/[\p{L}\p{N}]/u.test(name[at - 1]!) ? 2 : 1]!.push(item);
  }
  return ranks.flat();
}
