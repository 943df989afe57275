'use client';
import { graphql } from '@/gql';
import { formatCount } from '@/lib/format';
import { Combobox, type PickerProps } from './combobox';
import { useBox, useSearched } from './use-choices';

const TAG_PICKER = graphql(`
  query TagPicker($prefix: String, $after: String) {
    tags(first: 50, prefix: $prefix, after: $after) {
      nodes {
        id
        name
        assetCount
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** Tags, whose id is their name here. A tag is there once an asset has it: `allowsNew` lets one be written that none has yet. */
export function TagPicker({ allowsNew = false, ...props }: PickerProps & { allowsNew?: boolean }) {
  const box = useBox();
  const choices = useSearched(box, {
    document: TAG_PICKER,
    variables: { prefix: box.asked || null },
    connectionOf: ({ tags }) => tags,
    toOption: ({ name, assetCount }) => ({ id: name, name, hint: formatCount(assetCount) }),
  });
  return (
    <Combobox
      placeholder={allowsNew ? 'Choose or write tags' : 'Choose tags'}
      {...props}
      choices={choices}
      allowsNew={allowsNew ? 'New tag' : undefined}
      toItem={({ id, name }) => ({ id, name })}
    />
  );
}
