'use client';
import { useSyncExternalStore } from 'react';

const never = () => () => {};

/** Whether the page's script has taken over: what would go wrong without it waits for it. */
export const useHydrated = (): boolean =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
