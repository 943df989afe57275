/** Pages of users and teams, which all come by name and id. */
import { InvalidInput } from '#platform/errors.ts';
import { encodeCursor, readPage, toConnection, type Connection, type Page, type PageArguments } from '#platform/graphql/connections.ts';
import { isId } from '#platform/ids.ts';

export type NamePage = Page<[name: string, id: string]>;

/** A cursor is only text that a client sends: its parts are checked before they reach a statement. */
export function readNamePage(scope: string, args: PageArguments): NamePage {
  const page = readPage<[unknown, unknown]>(scope, args, 2);
  if (page.after === null) return { first: page.first, after: null };
  const [name, id] = page.after;
  if (typeof name !== 'string' || name.includes('\0') || typeof id !== 'string' || !isId(id)) {
    throw new InvalidInput('"after" is not a cursor of this list. Start again without it.', 'after');
  }
  return { first: page.first, after: [name, id] };
}

export const toNameConnection = <Row extends { id: string; name: string }>(
  scope: string,
  rows: readonly Row[],
  page: NamePage,
  totalCount: () => Promise<number>,
): Connection<Row> => toConnection(rows, page, (row) => encodeCursor(scope, [row.name, row.id]), totalCount);
