'use client';
import { useClient, useMutation } from 'urql';
import { graphql } from '@/gql';
import type { AssignAssetsQuery } from '@/gql/graphql';
import { errorText } from '@/lib/errors';
import type { Refusals } from './assign-dialog';

const ASSIGN_ASSETS = graphql(`
  query AssignAssets($ids: [ID!]!) {
    assetsById(ids: $ids) {
      id
      version
      terms {
        id
      }
      domain {
        id
      }
    }
  }
`);
const ASSIGN_UPDATE = graphql(`
  mutation AssignUpdate($input: UpdateAssetsInput!) {
    updateAssets(input: $input) {
      cursor
      results {
        id
        error {
          code
          message
        }
        asset {
          ...VocabularyAsset
        }
      }
    }
  }
`);

type Asset = NonNullable<NonNullable<AssignAssetsQuery['assetsById']>[number]>;
/** null clears the domain. */
type Change = { termIds?: string[]; domainId?: string | null };
const AT_ONCE = 200;

/** Changes many assets, each by the version that it has now. Gives what was refused, asset by asset. */
export function useAssign() {
  const client = useClient();
  const [, update] = useMutation(ASSIGN_UPDATE);
  return async (ids: readonly string[], changeOf: (asset: Asset) => Change | null): Promise<Refusals> => {
    const refused = new Map<string, string>();
    for (let from = 0; from < ids.length; from += AT_ONCE) {
      const part = ids.slice(from, from + AT_ONCE);
      const { data, error } = await client.query(ASSIGN_ASSETS, { ids: part }, { requestPolicy: 'network-only' });
      const found = new Map(data?.assetsById?.map((asset) => [asset?.id, asset]));
      const items = part.flatMap((id) => {
        const asset = found.get(id);
        if (!asset) refused.set(id, error ? errorText(error) : 'It does not exist any more, or you may not see it.');
        const change = asset ? changeOf(asset) : null;
        return asset && change ? [{ id, version: asset.version, ...change }] : [];
      });
      if (items.length === 0) continue;
      const answer = await update({ input: { items } });
      for (const result of answer.data?.updateAssets?.results ?? []) if (result.error) refused.set(result.id, result.error.message);
      if (answer.error && !answer.data?.updateAssets) for (const { id } of items) refused.set(id, errorText(answer.error));
    }
    return refused;
  };
}
