/** What somebody else has made of a column meanwhile. */
import type { Client } from 'urql';
import { graphql } from '@/gql';
import { authorOf, escapePointer, lastToChange } from './changed-by';

const DESCRIBE_CONFLICT = graphql(`
  query DescribeConflict($id: ID!, $assetId: ID!) {
    column(id: $id) {
      id
      version
      description
      deletedAt
    }
    asset(id: $assetId) {
      id
      version
      history(first: 20) {
        nodes {
          ...VersionAuthor
        }
      }
    }
  }
`);

/** Null: the column is gone. */
export async function readTheirs(client: Client, { id, name }: { id: string; name: string }, assetId: string) {
  const { data } = await client.query(DESCRIBE_CONFLICT, { id, assetId }, { requestPolicy: 'network-only' }).toPromise();
  const column = data?.column;
  if (!column || column.deletedAt) return null;
  const author = lastToChange(data.asset?.history.nodes ?? [], [`/columns/${escapePointer(name)}/description`]);
  return { column, by: author ? authorOf(author) : null, at: author?.at ?? null };
}
