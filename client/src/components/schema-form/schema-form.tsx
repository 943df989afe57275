'use client';
import { useState } from 'react';
import { FormContext } from './form-context';
import { asSchema, fieldOf, isRecord } from './schema';
import { Fields, SchemaControl } from './schema-field';
import { validate, type FormErrors } from './validate';

type Props = {
  /** From the API, as it is. */
  schema: unknown;
  value: unknown;
  onChange: (value: unknown) => void;
  /** By path (`databases.0`), from the last submit: `validate`'s, and what the API refused. Each is shown until its field changes. */
  errors?: FormErrors;
  /** Names of properties that are secret as a whole. */
  secretFields?: readonly string[];
  /** Secrets are stored: where none is typed the stored one stays. */
  kept?: boolean;
  /** What may be chosen for lists of words, by path. */
  suggestions?: Readonly<Record<string, readonly string[]>>;
};

const NO_ERRORS: FormErrors = {};
const NONE: readonly string[] = [];

/** A form drawn from a JSON schema. A field is checked when it is left, and all with the submit: call `validate` then, and give its errors back. */
export function SchemaForm({
  schema: given,
  value,
  onChange,
  errors = NO_ERRORS,
  secretFields = NONE,
  kept = false,
  suggestions = {},
}: Props) {
  const schema = asSchema(given);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  // What was changed since these errors came.
  const [changed, setChanged] = useState<{ since: FormErrors; paths: ReadonlySet<string> }>({ since: errors, paths: new Set() });
  const isChanged = (path: string): boolean => changed.since === errors && changed.paths.has(path);
  const present = validate(schema, value);

  const errorAt = (path: string): string | undefined => {
    const isChecked = left.has(path) || path in errors;
    return (isChecked ? present[path] : undefined) ?? (isChanged(path) ? undefined : errors[path]);
  };
  const change = (next: unknown, path: string): void => {
    setChanged({ since: errors, paths: new Set([...(changed.since === errors ? changed.paths : []), path]) });
    onChange(next);
  };
  const root = fieldOf(schema, '', '', true);

  return (
    <FormContext
      value={{
        errorAt,
        onBlur: (path) => setLeft((before) => (before.has(path) ? before : new Set([...before, path]))),
        isSecret: (path) => secretFields.includes(path),
        kept,
        suggestions,
      }}
    >
      {root.shape.kind === 'object' ? (
        <Fields schema={schema} path="" value={isRecord(value) ? value : {}} onChange={change} />
      ) : (
        <SchemaControl field={{ ...root, label: schema.title ?? 'Value' }} value={value} onChange={change} />
      )}
    </FormContext>
  );
}
