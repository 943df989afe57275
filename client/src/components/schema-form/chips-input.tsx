'use client';
import { X } from 'lucide-react';
import { useId, useState, type ClipboardEvent, type KeyboardEvent } from 'react';
import { showHidden } from '@/lib/marked-name';

type Props = {
  value: readonly string[];
  onChange: (value: string[]) => void;
  /** Only these. */
  options?: readonly string[] | null;
  /** These come first, others may be typed. */
  suggestions?: readonly string[];
  placeholder?: string;
  id?: string;
  'aria-describedby'?: string;
  'aria-invalid'?: true;
  'aria-label'?: string;
};

/** Several words: Enter or a comma adds one, Backspace takes the last one away, a pasted list is taken apart. */
export function ChipsInput({ value, onChange, options, suggestions = [], placeholder = 'Type and press Enter', ...control }: Props) {
  const [text, setText] = useState('');
  const list = useId();
  const offered = (options ?? suggestions).filter((each) => !value.includes(each));

  const add = (words: readonly string[]): void => {
    const fresh = words.map((word) => word.trim()).filter((word) => word && !value.includes(word) && (!options || options.includes(word)));
    if (fresh.length > 0) onChange([...value, ...new Set(fresh)]);
    setText('');
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if ((event.key === 'Enter' || event.key === ',') && text.trim()) add([text]);
    else if (event.key === 'Backspace' && text === '' && value.length > 0) onChange(value.slice(0, -1));
    else return;
    event.preventDefault();
  };
  const onPaste = (event: ClipboardEvent): void => {
    const words = event.clipboardData.getData('text').split(/[\n,;]/);
    if (words.length < 2) return;
    event.preventDefault();
    add(words);
  };

  return (
    <div className="flex min-h-control w-full min-w-0 flex-wrap items-center gap-1 rounded-control border border-control bg-surface px-1 py-0.5 has-[[aria-invalid]]:border-error-mark has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-offset-1 has-[input:focus-visible]:outline-ring">
      {value.map((word) => (
        <span
          key={word}
          className="inline-flex h-[22px] max-w-full min-w-0 items-center rounded-chip border border-line-strong bg-subtle pl-1.5 font-mono text-micro coarse:h-[30px]"
        >
          <bdi className="truncate">{showHidden(word)}</bdi>
          <button
            type="button"
            aria-label={`Remove ${word}`}
            className="flex h-full w-6 shrink-0 items-center justify-center rounded-chip text-fg-3 hover:text-fg"
            onClick={() => onChange(value.filter((each) => each !== word))}
          >
            <X className="size-3" strokeWidth={1.6} />
          </button>
        </span>
      ))}
      <input
        {...control}
        list={offered.length > 0 ? list : undefined}
        value={text}
        autoComplete="off"
        spellCheck={false}
        placeholder={value.length === 0 ? placeholder : undefined}
        onChange={({ target }) => (offered.includes(target.value) && options ? add([target.value]) : setText(target.value))}
        onKeyDown={onKey}
        onPaste={onPaste}
        // What was typed and not ended with Enter is meant as well.
        onBlur={() => text.trim() && add([text])}
        className="h-[22px] min-w-24 flex-1 bg-transparent px-1 outline-none placeholder:text-fg-3 coarse:h-[30px]"
      />
      {offered.length > 0 && (
        <datalist id={list}>
          {offered.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </datalist>
      )}
    </div>
  );
}
