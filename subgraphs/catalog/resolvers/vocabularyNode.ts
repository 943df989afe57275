/** What `Domain` and `GlossaryTerm` have in common. */
import { listScope, type PageArguments } from '#platform/graphql/connections.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { isId } from '#platform/ids.ts';
import type { CatalogContext } from '../context.ts';
import type { AssetParent } from '../mappers.ts';
import type { AssetKey } from '../store/assets.ts';
import type { NodeRow, Noun } from '../store/vocabulary.ts';
import { keysetConnection, readKeyset, type Keyset } from '#platform/graphql/keysets.ts';

export function createNode(catalog: CatalogContext, noun: Noun) {
  return {
    __resolveReference: async ({ id }: { id: string }, context: RequestContext) =>
      isId(id) ? catalog.of(context)[noun].byId.load(id.toLowerCase()) : null,

    parent: (node: NodeRow, _: unknown, context: RequestContext) =>
      node.parentId ? catalog.of(context)[noun].byId.load(node.parentId) : null,

    async assets(node: NodeRow, args: PageArguments, context: RequestContext) {
      const { assets } = catalog.of(context)[noun];
      const keyset: Keyset<AssetParent, AssetKey> = {
        scope: listScope(`${noun}.assets`, node.id),
        parts: ['text', 'id'],
        keyOf: (row) => [row.name, row.id],
      };
      const page = readKeyset(keyset, args);
      return keysetConnection(keyset, await assets.list(node.id, page), page, () => assets.count(node.id));
    },
  };
}
