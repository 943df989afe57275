/** What is typed survives a reload of this tab and a lost session; it is nobody else's who signs in here, and ends when its person signs out. */
import { PRIVATE } from '@/lib/session/session';

export type Draft = { query: string; variables: string };

const KEY = `${PRIVATE}playground`;

export function readDraft(userId: string, storage: Storage = sessionStorage): Draft | null {
  try {
    const kept = JSON.parse(storage.getItem(KEY) ?? 'null') as (Draft & { userId: string }) | null;
    return kept?.userId === userId && typeof kept.query === 'string' && typeof kept.variables === 'string'
      ? { query: kept.query, variables: kept.variables }
      : null;
  } catch {
    return null; // blocked or broken storage: the page begins with an example
  }
}

export function keepDraft(userId: string, draft: Draft, storage: Storage = sessionStorage): void {
  try {
    storage.setItem(KEY, JSON.stringify({ userId, ...draft }));
  } catch {
    // it holds as long as the page is open then
  }
}
