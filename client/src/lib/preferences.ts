/** What a person chose for this browser: kept in it, told to all parts of the page. */
import { useSyncExternalStore } from 'react';
import { setZone } from './format';

export type Preferences = {
  theme: 'light' | 'dark' | 'system';
  density: 'default' | 'compact';
  /** Keys without Ctrl or ⌘. */
  singleKeys: boolean;
  zone: 'browser' | 'utc';
};
const KEY = 'pursight.preferences';
const DEFAULTS: Preferences = { theme: 'system', density: 'default', singleKeys: true, zone: 'browser' };
const listeners = new Set<() => void>();
let current: Preferences | undefined;

function read(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) };
  } catch {
    return DEFAULTS; // blocked or broken storage: nothing is lost but a choice
  }
}

function apply({ theme, density, zone }: Preferences): void {
  const isDark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
  document.documentElement.dataset.density = density;
  setZone(zone === 'utc' ? 'UTC' : undefined);
}

export const getPreferences = (): Preferences => (current ??= read());

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...getPreferences(), ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // it holds for this page then
  }
  apply(current);
  for (const listener of listeners) listener();
}

/** Once for each page: applies them, and follows the system's theme. */
export function startPreferences(): void {
  apply(getPreferences());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => apply(getPreferences()));
}

export const usePreferences = (): Preferences =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getPreferences,
    () => DEFAULTS,
  );
