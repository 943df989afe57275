/** Root fields of domains, glossary terms, tags and counts. */
import { visibleClasses } from '#platform/auth/access.ts';
import { readRoles, type RoleAssignmentInput } from '#platform/auth/roleInputs.ts';
import { requireEverywhere, requireReader } from '#platform/auth/viewer.ts';
import { listScope, type PageArguments } from '#platform/graphql/connections.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { checkText } from '#platform/graphql/inputs.ts';
import { isId } from '#platform/ids.ts';
import type { CatalogContext } from '../context.ts';
import { checkAssetFilter } from '../domain/filters.ts';
import { createTree } from '../domain/vocabulary.ts';
import type { NewNode, NodeUpdate } from '../domain/vocabularyInputs.ts';
import type { TagParent } from '../mappers.ts';
import type { AssetFilter } from '../store/assets.ts';
import { countAssetsBy, type AssetCountKey } from '../store/counts.ts';
import { countTags, listTags } from '../store/tags.ts';
import { countNodes, listNodes, type NodeKey, type NodeRow, type Noun } from '../store/vocabulary.ts';
import type { AssetMutationDeps } from './assetMutations.ts';
import { keysetConnection, readKeyset, type Keyset } from '#platform/graphql/keysets.ts';

type AssetCountsArguments = { filter?: AssetFilter | null; by: AssetCountKey; roles?: readonly RoleAssignmentInput[] | null };
type Input<Of> = { input: Of };

const MAX_PREFIX = 2000;

export function createVocabularyQueries(catalog: CatalogContext) {
  const reading = (context: RequestContext) => {
    requireReader(context.viewer);
    return catalog.of(context);
  };

  const queriesOf = (noun: Noun) => {
    const keyset: Keyset<NodeRow, NodeKey> = { scope: listScope(`${noun}s`), parts: ['text', 'id'], keyOf: (row) => [row.name, row.id] };
    return {
      async one(_: unknown, { id }: { id: string }, context: RequestContext) {
        const { byId } = reading(context)[noun];
        return isId(id) ? byId.load(id.toLowerCase()) : null;
      },
      async all(_: unknown, args: PageArguments, context: RequestContext) {
        const { sql, [noun]: loaders } = reading(context);
        const page = readKeyset(keyset, args);
        const rows = await listNodes(sql, noun, page);
        for (const row of rows) loaders.byId.prime(row.id, row);
        return keysetConnection(keyset, rows, page, () => countNodes(sql, noun));
      },
    };
  };
  const [domains, terms] = [queriesOf('domain'), queriesOf('term')];

  return {
    domain: domains.one,
    domains: domains.all,
    glossaryTerm: terms.one,
    glossaryTerms: terms.all,

    async tags(_: unknown, args: PageArguments & { prefix?: string | null }, context: RequestContext) {
      const { sql, classes } = reading(context);
      const prefix = args.prefix == null ? null : checkText(args.prefix.normalize('NFC'), 'prefix', { max: MAX_PREFIX });
      const keyset: Keyset<TagParent, [string]> = { scope: listScope('tags', prefix), parts: ['text'], keyOf: (row) => [row.name] };
      const page = readKeyset(keyset, args);
      const visible = await classes();
      return keysetConnection(keyset, await listTags(sql, visible, prefix, page), page, () => countTags(sql, visible, prefix));
    },

    async assetCounts(_: unknown, args: AssetCountsArguments, context: RequestContext) {
      const { sql, classes } = reading(context);
      const filter = checkAssetFilter(args.filter);
      if (args.roles == null) return countAssetsBy(sql, await classes(), filter, args.by);
      const roles = readRoles(args.roles, 'roles');
      const { userId } = requireEverywhere(context.viewer, 'administer');
      return countAssetsBy(sql, await visibleClasses(sql, { userId, sessionId: null, roles }, 'read'), filter, args.by);
    },
  };
}

export function createVocabularyMutations({ sql, context: catalog, onCommit }: Omit<AssetMutationDeps, 'logger'>) {
  const mutationsOf = (noun: Noun) => {
    const tree = createTree({ sql, onCommit }, noun);
    const written = async (context: RequestContext, work: ReturnType<typeof tree.remove>) => {
      const { node, cursor } = await work;
      catalog.forget(context);
      return { [noun]: node, cursor };
    };
    return {
      create: (_: unknown, { input }: Input<NewNode>, context: RequestContext) => written(context, tree.create(context.viewer, input)),
      update: (_: unknown, { input }: Input<NodeUpdate>, context: RequestContext) => written(context, tree.update(context.viewer, input)),
      remove: (_: unknown, { input }: Input<{ id: string }>, context: RequestContext) =>
        written(context, tree.remove(context.viewer, input.id)),
    };
  };
  const [domain, term] = [mutationsOf('domain'), mutationsOf('term')];
  return {
    createDomain: domain.create,
    updateDomain: domain.update,
    removeDomain: domain.remove,
    createGlossaryTerm: term.create,
    updateGlossaryTerm: term.update,
    removeGlossaryTerm: term.remove,
  };
}
