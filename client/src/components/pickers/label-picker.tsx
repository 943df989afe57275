'use client';
import { useQuery } from 'urql';
import { graphql } from '@/gql';
import { formatEnum } from '@/lib/format';
import { Combobox, type PickerProps } from './combobox';
import { matchByName } from './match';
import { useBox } from './use-choices';

const LABEL_PICKER = graphql(`
  query LabelPicker {
    labels {
      id
      name
      category
      description
    }
  }
`);

/** What columns can hold; a label's id is its name here. */
export function LabelPicker(props: PickerProps) {
  const box = useBox();
  const [{ data, fetching, error }] = useQuery({ query: LABEL_PICKER, pause: !box.isOpen });
  const all = (data?.labels ?? []).map(({ name, category }) => ({ id: name, name, hint: formatEnum(category) }));
  const choices = { ...box, options: matchByName(all, box.text), isLoading: fetching, error };
  return (
    <Combobox
      placeholder="Choose labels"
      {...props}
      choices={choices}
      toItem={({ id, name }) => ({ id, name })}
      chip={({ name }) => <code className="truncate text-micro font-medium">{name}</code>}
    />
  );
}
