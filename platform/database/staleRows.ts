/**
 * postgres.js 3.4.9 counts the rows of a statement and forgets to begin anew where one fails after it gave some: the next result of that session then
 * has as many holes before its first row. They are taken out here; a row is never one.
 */

type Rows = unknown[];

/** What of a query is called with rows: `resolve` with all, `cursorFn` (set when it is read) with some. */
type Receiver = { resolve: (rows: Rows) => void; cursorFn?: ((rows: Rows) => unknown) | null };

export function withoutStaleRows(query: object): void {
  const receiver = query as Receiver;
  const { resolve } = receiver;
  let { cursorFn } = receiver;
  receiver.resolve = (rows) => resolve(closeHoles(rows));
  Object.defineProperty(receiver, 'cursorFn', {
    get: () => cursorFn,
    set: (read: Receiver['cursorFn']) => {
      cursorFn = read && ((rows) => read(closeHoles(rows)));
    },
  });
}

/** Several statements at once give a list of results; only the first one can have them. */
function closeHoles(rows: Rows): Rows {
  if (!Array.isArray(rows)) return rows;
  let holes = 0;
  while (holes < rows.length && !(holes in rows)) holes++;
  if (holes > 0) rows.splice(0, holes);
  else if (Array.isArray(rows[0])) closeHoles(rows[0]);
  return rows;
}
