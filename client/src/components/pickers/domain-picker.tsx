'use client';
import { graphql } from '@/gql';
import { Combobox, type PickerProps } from './combobox';
import { useBox, useListed } from './use-choices';

const DOMAIN_PICKER = graphql(`
  query DomainPicker($after: String) {
    domains(first: 200, after: $after) {
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

export function DomainPicker(props: PickerProps) {
  const choices = useListed(useBox(), {
    document: DOMAIN_PICKER,
    variables: {},
    connectionOf: ({ domains }) => domains,
    toOption: ({ id, name, parent }) => ({ id, name, hint: parent && `in ${parent.name}` }),
  });
  return (
    <Combobox
      placeholder={props.single ? 'Choose a domain' : 'Choose domains'}
      {...props}
      choices={choices}
      toItem={({ id, name }) => ({ id, name })}
    />
  );
}
