'use client';
import { graphql } from '@/gql';
import { Combobox, type PickerProps } from './combobox';
import { useBox, useListed } from './use-choices';

const TERM_PICKER = graphql(`
  query TermPicker($after: String) {
    glossaryTerms(first: 200, after: $after) {
      nodes {
        id
        name
        parent {
          id
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** Glossary terms. */
export function TermPicker(props: PickerProps) {
  const choices = useListed(useBox(), {
    document: TERM_PICKER,
    variables: {},
    connectionOf: ({ glossaryTerms }) => glossaryTerms,
    toOption: ({ id, name, parent }) => ({ id, name, hint: parent && `in ${parent.name}` }),
  });
  return (
    <Combobox
      placeholder={props.single ? 'Choose a term' : 'Choose terms'}
      {...props}
      choices={choices}
      toItem={({ id, name }) => ({ id, name })}
    />
  );
}
