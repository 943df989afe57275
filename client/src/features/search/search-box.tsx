'use client';
import { Search, X } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent } from 'react';
import { IconButton } from '@/components/ui/button';
import { useKeys } from '@/lib/keys';

const TYPING_MS = 150;

type Props = {
  /** As it stands in the address. */
  query: string;
  onQuery: (query: string) => void;
  /** To the first result. */
  onLeave: () => void;
  /** Backspace in an empty box. */
  onBackspace: () => void;
  startsFocused: boolean;
};

/** Asks when the typing rests; Enter at once. */
export function SearchBox({ query, onQuery, onLeave, onBackspace, startsFocused }: Props) {
  const box = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(query);
  const [isFocused, setFocused] = useState(false);
  // The address may change by other means (Back, a link): it is followed, but never over somebody who types.
  const [seen, setSeen] = useState(query);
  if (query !== seen) {
    setSeen(query);
    if (!isFocused) setTyped(query);
  }
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const ask = (text: string): void => {
    clearTimeout(timer.current);
    if (text.trim() !== query) onQuery(text.trim());
  };
  const type = (text: string): void => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => ask(text), TYPING_MS);
  };
  const followHistory = useEffectEvent(() => {
    clearTimeout(timer.current);
    setTyped(new URLSearchParams(location.search).get('q') ?? '');
  });
  useEffect(() => {
    const follow = () => followHistory();
    // A finger's keyboard would cover what is there already.
    if (startsFocused && matchMedia('(pointer: fine)').matches) box.current?.focus();
    addEventListener('popstate', follow);
    return () => {
      removeEventListener('popstate', follow);
      clearTimeout(timer.current);
    };
  }, [startsFocused]);
  useKeys({
    '/': () => {
      box.current?.focus();
      box.current?.select();
    },
  });
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') {
      ask(typed);
      onLeave();
    } else if (event.key === 'ArrowDown') onLeave();
    else if (event.key === 'Escape' && typed !== '') type('');
    else if (event.key === 'Backspace' && typed === '') onBackspace();
    else return;
    event.preventDefault();
  };
  return (
    <div role="search" className="relative min-w-0 flex-1">
      <Search aria-hidden className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-fg-3" strokeWidth={1.6} />
      <input
        ref={box}
        type="text"
        inputMode="search"
        enterKeyHint="search"
        autoComplete="off"
        spellCheck={false}
        maxLength={500}
        aria-label="Search assets"
        placeholder="Name, column, description, tag"
        value={typed}
        onChange={({ target }) => type(target.value)}
        onKeyDown={onKeyDown}
        onFocus={() => setFocused(true)}
        onBlur={() => {
          setFocused(false);
          // Not later, when it would call the way to another page off.
          ask(typed);
        }}
        className="h-8 w-full rounded-control border border-control bg-surface pr-9 pl-9 placeholder:text-fg-3 coarse:h-9"
      />
      {typed !== '' && (
        <IconButton
          label="Clear the text"
          size="small"
          className="absolute top-1/2 right-1 -translate-y-1/2"
          icon={<X className="size-3.5" strokeWidth={1.6} />}
          onClick={() => {
            setTyped('');
            ask('');
            box.current?.focus();
          }}
        />
      )}
    </div>
  );
}
