/** What was searched for last, newest first: in this browser, for each person, until they sign out. */
import { currentToken, PRIVATE } from '@/lib/session/session';

const MOST = 8;
/** As long as a query that can be typed. */
const LONGEST = 500;
const keyOf = (viewerId: string): string => `${PRIVATE}searches.${viewerId}`;

export function listSearches(viewerId: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(viewerId)) ?? '[]');
    return Array.isArray(kept) ? kept.filter((query) => typeof query === 'string').slice(0, MOST) : [];
  } catch {
    return []; // blocked or broken storage: nothing is lost but a short cut
  }
}

/** The same words are kept once, as they were typed last. */
export function recordSearch(viewerId: string, typed: string): void {
  const query = typed.trim();
  // Whoever signed out may still be shown what was found.
  if (query === '' || query.length > LONGEST || !currentToken()) return;
  const same = query.toLowerCase();
  const kept = [query, ...listSearches(viewerId).filter((each) => each.toLowerCase() !== same)].slice(0, MOST);
  try {
    localStorage.setItem(keyOf(viewerId), JSON.stringify(kept));
  } catch {
    // full or blocked: the same
  }
}

export function clearSearches(viewerId: string): void {
  try {
    localStorage.removeItem(keyOf(viewerId));
  } catch {
    // blocked: nothing was kept
  }
}
