'use client';
import { TERMS } from '@/lib/lists';
import { Combobox, type PickerProps } from './combobox';
import { useBox, useListed } from './use-choices';

/** Glossary terms. */
export function TermPicker(props: PickerProps) {
  const choices = useListed(useBox(), {
    document: TERMS,
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
