/** What is told over the page. It is shown by `Toasts`, which comes after the page itself. */
import type { ReactNode } from 'react';

export type Toast = {
  title: ReactNode;
  text?: ReactNode;
  mark?: ReactNode;
  action?: { label: string; run: () => void };
  /** Stays until it is closed: errors, and what is critical. */
  stays?: boolean;
};
export type Shown = Toast & { id: number };

const MOST = 3;
let shown: readonly Shown[] = [];
let next = 1;
const listeners = new Set<() => void>();
function set(toasts: readonly Shown[]): void {
  shown = toasts;
  for (const listener of listeners) listener();
}
export const removeToast = (id: number): void => set(shown.filter((each) => each.id !== id));
export const currentToasts = (): readonly Shown[] => shown;
export function onToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Never for what the page already shows. */
export function toast(given: Toast): void {
  set([...shown, { ...given, id: next++ }].slice(-MOST));
}
