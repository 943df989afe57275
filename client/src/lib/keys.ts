'use client';
/** Keys of a page. `mod+k` is ⌘K or Ctrl K; `g h` is one after the other; single ones do nothing while somebody types. */
import { useEffect, useEffectEvent } from 'react';
import { getPreferences } from './preferences';

/** What gives false leaves the key to others. */
export type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => unknown>>;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
    (target instanceof HTMLInputElement && !/^(checkbox|radio|button|range)$/.test(target.type)));

const SEQUENCE_MS = 1_200;
let prefix: { key: string; at: number } | undefined;

function nameOf(event: KeyboardEvent): string {
  const mod = event.metaKey || event.ctrlKey ? 'mod+' : '';
  const alt = event.altKey ? 'alt+' : '';
  // A sign that takes Shift (“?”) is its own name; letters and named keys say that it is held.
  const shift = event.shiftKey && (event.key.length > 1 || /[a-z]/i.test(event.key)) ? 'shift+' : '';
  return `${mod}${alt}${shift}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`;
}

/** The maps of what is on the page; the one that came last is asked first. */
const maps: ((event: KeyboardEvent, name: string, sequence: string | undefined) => boolean)[] = [];

function dispatch(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const name = nameOf(event);
  const isSingle = !name.startsWith('mod+') && name !== 'Escape';
  // What lies under a dialog hears no single keys.
  if (isSingle && (isTyping(event.target) || document.querySelector('[data-modal]') || !getPreferences().singleKeys)) return;
  // What is typed has an undo of its own.
  if (/^mod\+(shift\+)?z$/.test(name) && isTyping(event.target)) return;
  const sequence = prefix && Date.now() - prefix.at < SEQUENCE_MS ? `${prefix.key} ${name}` : undefined;
  prefix = isSingle && name === 'g' ? { key: name, at: Date.now() } : undefined;
  for (const ask of maps.toReversed()) if (ask(event, name, sequence)) return;
}

export function useKeys(map: KeyMap, isActive = true): void {
  const ask = useEffectEvent((event: KeyboardEvent, name: string, sequence: string | undefined): boolean => {
    const handler = (sequence && map[sequence]) || map[name];
    if (!handler || handler(event) === false) return false;
    event.preventDefault();
    return true;
  });
  useEffect(() => {
    if (!isActive) return;
    const own = (event: KeyboardEvent, name: string, sequence: string | undefined) => ask(event, name, sequence);
    if (maps.length === 0) document.addEventListener('keydown', dispatch);
    maps.push(own);
    return () => {
      maps.splice(maps.indexOf(own), 1);
      if (maps.length === 0) document.removeEventListener('keydown', dispatch);
    };
  }, [isActive]);
}

/** ⌘ on a Mac, Ctrl elsewhere. */
export const modKey = (): string => (typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl ');
