/** What was run, newest first: texts of operations only, without variables, in this browser, for each person. */
export type Past = { query: string; at: string };

const MOST = 50;
const keyOf = (userId: string): string => `pursight.playground.history.${userId}`;

export function readHistory(userId: string, storage: Storage = localStorage): Past[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(keyOf(userId)) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isPast).slice(0, MOST) : [];
  } catch {
    return []; // blocked or broken storage
  }
}

const isPast = (value: unknown): value is Past =>
  typeof (value as Past | null)?.query === 'string' && typeof (value as Past).at === 'string';

/** The same text is kept once, at its last time. Gives what is kept now; another tab may have added to it. */
export function addToHistory(userId: string, query: string, at: Date, storage: Storage = localStorage): Past[] {
  const before = readHistory(userId, storage);
  if (query.trim() === '') return before;
  const next = [{ query, at: at.toISOString() }, ...before.filter((past) => past.query.trim() !== query.trim())].slice(0, MOST);
  try {
    storage.setItem(keyOf(userId), JSON.stringify(next));
  } catch {
    // full or blocked: it holds as long as the page is open
  }
  return next;
}

export function clearHistory(userId: string, storage: Storage = localStorage): void {
  storage.removeItem(keyOf(userId));
}

/** `query Search`, or the first words of what has no name. */
export function titleOf(query: string): string {
  const named = /^\s*(query|mutation|subscription)\s+(\w+)/m.exec(query);
  if (named) return `${named[1]} ${named[2]}`;
  const text = query
    .replaceAll(/^\s*#.*$/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
