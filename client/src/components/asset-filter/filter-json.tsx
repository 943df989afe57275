'use client';
import { useState } from 'react';
import { Field, Textarea } from '../ui/field';
import type { AssetFilterValue } from './fields';
import { formatFilter, parseFilter } from './rows';

/** The filter as JSON. As long as it is wrong the last good one holds. */
export function FilterJson({ value, onChange }: { value: AssetFilterValue; onChange: (value: AssetFilterValue) => void }) {
  const [text, setText] = useState(() => formatFilter(value));
  const { problem } = parseFilter(text);
  return (
    <Field
      label="An AssetFilter"
      hint="Every condition has to hold; of a list, one value. {} means every asset."
      error={problem && `${problem} The last good one holds until then.`}
    >
      {(control) => (
        <Textarea
          {...control}
          rows={Math.min(16, Math.max(6, text.split('\n').length + 1))}
          spellCheck={false}
          className="font-mono text-small leading-[18px]"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            const { filter } = parseFilter(event.target.value);
            if (filter) onChange(filter);
          }}
        />
      )}
    </Field>
  );
}
