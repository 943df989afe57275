'use client';
import { DOMAINS } from '@/lib/lists';
import { Combobox, type PickerProps } from './combobox';
import { useBox, useListed } from './use-choices';

export function DomainPicker(props: PickerProps) {
  const choices = useListed(useBox(), {
    document: DOMAINS,
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
