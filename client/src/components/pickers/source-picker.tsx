'use client';
import { Plug } from 'lucide-react';
import { graphql } from '@/gql';
import { Combobox, type PickerProps } from './combobox';
import { useBox, useListed } from './use-choices';

const SOURCE_PICKER = graphql(`
  query SourcePicker($after: String) {
    sources(first: 200, after: $after) {
      nodes {
        id
        name
        connector {
          id
          title
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export function SourcePicker(props: PickerProps) {
  const choices = useListed(useBox(), {
    document: SOURCE_PICKER,
    variables: {},
    connectionOf: ({ sources }) => sources,
    toOption: ({ id, name, connector }) => ({
      id,
      name,
      hint: connector.title,
      icon: <Plug aria-hidden className="size-3.5 shrink-0 text-fg-3" strokeWidth={1.6} />,
    }),
  });
  return <Combobox placeholder="Choose sources" {...props} choices={choices} toItem={({ id, name }) => ({ id, name })} />;
}
