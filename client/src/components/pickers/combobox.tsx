'use client';
import { lazy, Suspense, type ComponentType, type ReactNode } from 'react';

/** A thing of the API under its name. */
export type Picked = { id: string; name: string };
export type Option = Picked & { icon?: ReactNode; hint?: ReactNode };

/** What a picker has in common with an input: put `<Field>`'s attributes here, or give a `label`. */
export type ControlProps = {
  id?: string;
  'aria-describedby'?: string;
  'aria-invalid'?: true;
  required?: boolean;
  /** For screen readers, where no `<Field>` names it. */
  label?: string;
  placeholder?: string;
  disabled?: boolean;
  className?: string;
};
export type PickerProps<Item = Picked> = ControlProps & {
  value: readonly Item[];
  onChange: (value: Item[]) => void;
  /** At most one. */
  single?: boolean;
};

export type Choices = {
  text: string;
  onText: (text: string) => void;
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  options: readonly Option[];
  isLoading: boolean;
  /** There are more than are looked through. */
  hasMore?: boolean;
  error?: Error;
};

export type ComboboxProps<Item extends Picked> = PickerProps<Item> & {
  choices: Choices;
  toItem: (option: Option) => Item;
  chip?: (item: Item) => ReactNode;
  /** What is typed can be chosen although nothing is called so yet. */
  allowsNew?: string;
};

const Field = lazy(() =>
  import('./combobox-field').then((module) => ({ default: module.ComboboxField as unknown as ComponentType<ComboboxProps<never>> })),
);

/** Its script comes when there is one on a page; until then its place is kept. */
export const Combobox = <Item extends Picked>(props: ComboboxProps<Item>) => (
  <Suspense fallback={<div className="h-control rounded-control border border-control" aria-busy="true" />}>
    <Field {...(props as unknown as ComboboxProps<never>)} />
  </Suspense>
);
