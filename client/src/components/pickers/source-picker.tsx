'use client';
import { Plug } from 'lucide-react';
import { SOURCES } from '@/lib/lists';
import { Combobox, type PickerProps } from './combobox';
import { useBox, useListed } from './use-choices';

export function SourcePicker(props: PickerProps) {
  const choices = useListed(useBox(), {
    document: SOURCES,
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
