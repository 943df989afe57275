'use client';
import { graphql } from '@/gql';
import type { AssetFilter } from '@/gql/graphql';
import { KindIcon } from '../ui/kind';
import { Combobox, type PickerProps } from './combobox';
import { useBox, useSearched } from './use-choices';

const ASSET_PICKER = graphql(`
  query AssetPicker($query: String!, $filter: AssetFilter, $after: String) {
    search(query: $query, filter: $filter, first: 20, after: $after) {
      nodes {
        asset {
          id
          name
          displayName
          kind
          source {
            id
            name
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** Assets by search. `filter`: only those that fit; `without`: ids that are not offered. */
export function AssetPicker({ filter, without, ...props }: PickerProps & { filter?: AssetFilter; without?: readonly string[] }) {
  const box = useBox();
  const choices = useSearched(box, {
    document: ASSET_PICKER,
    variables: { query: box.asked, filter: filter ?? null },
    connectionOf: ({ search }) => search,
    toOption: ({ asset }) => ({ id: asset.id, name: asset.name, hint: asset.source?.name, icon: <KindIcon kind={asset.kind} /> }),
  });
  const options = without ? choices.options.filter(({ id }) => !without.includes(id)) : choices.options;
  return (
    <Combobox
      placeholder={props.single ? 'Search an asset' : 'Search assets'}
      {...props}
      choices={{ ...choices, options }}
      toItem={({ id, name }) => ({ id, name })}
      chip={({ name }) => <bdi className="truncate font-mono">{name}</bdi>}
    />
  );
}
