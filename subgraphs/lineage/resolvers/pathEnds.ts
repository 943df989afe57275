/** Between what a path is asked for: two assets, or two columns, as the graph knows them. */
import type { Loaders } from '../context.ts';
import { twoKinds } from '../domain/ends.ts';
import type { Level } from '../graph/index.ts';

type Ends = { fromId: string; toId: string };

/** Null where the viewer may not see one of them; BAD_USER_INPUT for an asset and a column. */
export async function findPathEnds(
  { graph, classes, columnNode }: Loaders,
  { fromId, toId }: Ends,
): Promise<(Ends & { level: Level }) | null> {
  const visible = await classes();
  const assets = await graph.read((store) => store.findVisible([fromId, toId], 'ASSET', visible));
  if (assets.length === 2) return { level: 'ASSET', fromId, toId };
  const columns = await Promise.all([fromId, toId].map(async (id) => (assets.includes(id) ? null : await columnNode.load(id))));
  const [from, to] = columns;
  if (from && to) return { level: 'COLUMN', fromId: from.id, toId: to.id };
  if (assets.length + columns.filter(Boolean).length === 2) throw twoKinds('to');
  return null;
}
