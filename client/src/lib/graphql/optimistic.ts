/**
 * What an edit will have made of things, shown before the server answers. Only what the cache knows already: a name that was never loaded waits for
 * the answer. `version` stays as it is, so that what is sent next carries the one that the server gave.
 */
import type { Cache, OptimisticMutationConfig } from '@urql/exchange-graphcache';
import type {
  AcknowledgeViolationsInput,
  ReopenViolationInput,
  SetColumnLabelsInput,
  UpdateAssetInput,
  UpdateColumnsInput,
  WaiveViolationsInput,
} from '@/gql/graphql';

/** A thing that is known by its name; undefined where that was never loaded. */
function named(cache: Cache, type: string, id: string | null | undefined) {
  if (!id) return null;
  const name = cache.resolve({ __typename: type, id }, 'name');
  return typeof name === 'string' ? { __typename: type, id, name } : undefined;
}

/** All of them, or undefined. */
const all = <Item>(items: readonly (Item | undefined)[]): Item[] | undefined =>
  items.every((item) => item !== undefined) ? (items as Item[]) : undefined;

function assetAfter(cache: Cache, { id, description, tags, owners, termIds, domainId }: UpdateAssetInput) {
  const people = owners?.map(({ role, userId, teamId }) => {
    const [user, team] = [named(cache, 'User', userId), named(cache, 'Team', teamId)];
    return user === undefined || team === undefined ? undefined : { __typename: 'Owner', role, user, team };
  });
  const fields = {
    description,
    tags: tags ?? undefined,
    owners: people && all(people),
    terms: termIds ? all(termIds.map((term) => named(cache, 'GlossaryTerm', term))) : undefined,
    domain: domainId === undefined ? undefined : named(cache, 'Domain', domainId),
  };
  const told = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return { __typename: 'Asset', id, ...told };
}

/** The column's labels with a person's decision about one of them; undefined where it does not have that label yet. */
function labelsAfter(cache: Cache, columnId: string, name: string, state: string) {
  const keys = cache.resolve({ __typename: 'Column', id: columnId }, 'labels');
  if (!Array.isArray(keys)) return undefined;
  let isKnown = false;
  const labels = (keys as string[]).map((key) => {
    const isThis = cache.resolve(cache.resolve(key, 'label') as string, 'name') === name;
    isKnown ||= isThis;
    return { __typename: 'ColumnLabel', id: cache.resolve(key, 'id'), ...(isThis && { state }) };
  });
  return isKnown ? labels : undefined;
}

type Args<Input> = { input: Input };

/** What was decided about violations; those that cannot be decided come back as they were with the answer. */
const decided = (type: string, ids: readonly string[], decision: object) => ({
  __typename: type,
  results: ids.map((id) => ({
    __typename: 'ViolationUpdateResult',
    id,
    error: null,
    violation: { __typename: 'Violation', id, ...decision },
  })),
});

export const optimistic = {
  updateAsset: (args, cache) => ({
    __typename: 'UpdateAssetPayload',
    asset: assetAfter(cache, (args as Args<UpdateAssetInput>).input),
  }),
  updateColumns: (args) => ({
    __typename: 'UpdateColumnsPayload',
    results: (args as Args<UpdateColumnsInput>).input.items.map(({ id, description }) => ({
      __typename: 'ColumnUpdateResult',
      id,
      error: null,
      column: { __typename: 'Column', id, ...(description !== undefined && { description }) },
    })),
  }),
  setColumnLabels: (args, cache) => ({
    __typename: 'SetColumnLabelsPayload',
    results: (args as Args<SetColumnLabelsInput>).input.items.map(({ columnId, label, state }) => {
      const labels = labelsAfter(cache, columnId, label, state);
      return {
        __typename: 'ColumnLabelResult',
        id: columnId,
        error: null,
        column: { __typename: 'Column', id: columnId, ...(labels && { labels }) },
      };
    }),
  }),
  acknowledgeViolations: (args) =>
    decided('AcknowledgeViolationsPayload', (args as Args<AcknowledgeViolationsInput>).input.ids, { status: 'ACKNOWLEDGED' }),
  waiveViolations: (args) => {
    const { ids, because, until } = (args as Args<WaiveViolationsInput>).input;
    return decided('WaiveViolationsPayload', ids, { status: 'WAIVED', waivedBecause: because, waivedUntil: until });
  },
  reopenViolation: (args) => ({
    __typename: 'ReopenViolationPayload',
    violation: { __typename: 'Violation', id: (args as Args<ReopenViolationInput>).input.id, status: 'OPEN' },
  }),
} satisfies OptimisticMutationConfig as OptimisticMutationConfig;
