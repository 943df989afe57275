'use client';
import { Search, X } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent } from 'react';
import { IconButton } from '@/components/ui/button';
import { useKeys } from '@/lib/keys';

const RecentSearches = dynamic(() => import('./recent-searches').then((module) => module.RecentSearches), { ssr: false });

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

/** Asks when the typing rests; Enter at once. Empty it offers what was searched for before, but not before somebody turns to it. */
export function SearchBox({ query, onQuery, onLeave, onBackspace, startsFocused }: Props) {
  const box = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(query);
  const [isFocused, setFocused] = useState(false);
  const [isOffering, setOffering] = useState(false);
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
  const isQuiet = useRef(false);
  const focusQuietly = (): void => {
    isQuiet.current = true;
    box.current?.focus();
    isQuiet.current = false;
  };
  const arrive = useEffectEvent(focusQuietly);
  useEffect(() => {
    const follow = () => followHistory();
    // A finger's keyboard would cover what is there already.
    if (startsFocused && matchMedia('(pointer: fine)').matches) arrive();
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
    const recent = box.current?.parentElement?.querySelector<HTMLElement>('ul button');
    if (event.key === 'Enter') {
      ask(typed);
      onLeave();
    } else if (event.key === 'ArrowDown' && recent) recent.focus();
    else if (event.key === 'ArrowDown') onLeave();
    else if (event.key === 'Escape' && typed !== '') type('');
    else if (event.key === 'Escape' && isOffering) setOffering(false);
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
        onFocus={() => {
          setFocused(true);
          setOffering(!isQuiet.current);
        }}
        onClick={() => setOffering(true)}
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
      {isOffering && typed === '' && (
        <RecentSearches
          onChoose={(text) => {
            setTyped(text);
            ask(text);
            focusQuietly();
          }}
          onBack={focusQuietly}
          onLeave={() => setOffering(false)}
        />
      )}
    </div>
  );
}
