'use client';
import { useQuery } from 'urql';
import { Fact } from '@/components/ui/side-panel';
import { graphql } from '@/gql';
import { formatCount } from '@/lib/format';

// Apart from the rest: lineage takes longer, and may be away.
const PEEK_USES = graphql(`
  query PeekUses($id: ID!) {
    asset(id: $id) {
      id
      downstream(first: 200, depth: 3) {
        edges {
          depth
        }
        truncated
        pageInfo {
          hasNextPage
        }
      }
    }
  }
`);

/** How many assets depend on it. */
export function PeekUses({ id }: { id: string }) {
  const [{ data, error }] = useQuery({ query: PEEK_USES, variables: { id } });
  const found = data?.asset?.id === id ? data.asset.downstream : undefined;
  if (error && !found) {
    return (
      <Fact name="Used by">
        <span className="text-fg-3">not available</span>
      </Fact>
    );
  }
  if (!found) return <Fact name="Used by">&nbsp;</Fact>;
  const isMore = found.truncated || found.pageInfo.hasNextPage;
  const direct = found.edges.filter(({ depth }) => depth === 1).length;
  const all = found.edges.length;
  return (
    <Fact name="Used by">
      {all === 0 ? 'nothing known' : `${formatCount(direct, isMore && direct === all)} direct`}
      {all > direct && `, ${formatCount(all, isMore)} in 3 steps`}
    </Fact>
  );
}
