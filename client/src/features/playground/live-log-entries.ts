/** What a subscription told. */
export type LogEntry = { id: number; at: Date; text: string; isError: boolean };
export type Log = { title: string; isRunning: boolean; /** Of all that came. */ count: number; entries: readonly LogEntry[] };

export const MOST_KEPT = 500;

/** The newest last; the oldest go when there are too many. */
export function addEntry(log: Log, entry: Omit<LogEntry, 'id'>): Log {
  const count = log.count + 1;
  return { ...log, count, entries: [...log.entries, { ...entry, id: count }].slice(-MOST_KEPT) };
}
