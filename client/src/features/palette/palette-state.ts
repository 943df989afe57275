'use client';
import { useSyncExternalStore } from 'react';

/** Whether the palette is open: its button, its keys and itself stand in different places of the page. */
let isOpen = false;
/** What had the focus before: it gets it back. */
let opener: Element | null = null;
const listeners = new Set<() => void>();

export function setPaletteOpen(open: boolean): void {
  if (open && !isOpen) opener = document.activeElement;
  isOpen = open;
  for (const listener of listeners) listener();
}

export const usePaletteOpen = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isOpen,
    () => false,
  );

export function focusOpener(): void {
  if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
}
