'use client';
import { useSyncExternalStore } from 'react';

/** Whether a media query holds; false until the page is in the browser. */
export const useMedia = (query: string): boolean =>
  useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => matchMedia(query).matches,
    () => false,
  );

export const NARROW = '(max-width: 699px)';
export const useIsNarrow = (): boolean => useMedia(NARROW);
/** The side panel lies over the list instead of beside it. */
export const useIsMedium = (): boolean => useMedia('(max-width: 1439px)');
export const useCoarse = (): boolean => useMedia('(pointer: coarse)');
