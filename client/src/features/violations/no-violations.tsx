'use client';
import { useQuery } from 'urql';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/states';
import { graphql } from '@/gql';
import { formatCount, formatRun, plural } from '@/lib/format';
import { usePolicies } from '@/lib/lists';

const NO_VIOLATIONS = graphql(`
  query NoViolations {
    assets(first: 1) {
      totalCount
    }
  }
`);

/** Says what was checked: that nothing was found means something only then. */
export function NoViolations({ title }: { title: string }) {
  const [{ data }] = useQuery({ query: NO_VIOLATIONS });
  const policies = usePolicies();
  const published = policies.isWhole ? policies.nodes.filter(({ status }) => status === 'PUBLISHED') : undefined;
  const assets = data?.assets?.totalCount;
  const last = published
    ?.flatMap(({ evaluation }) => evaluation?.finishedAt ?? [])
    .toSorted()
    .at(-1);
  return (
    <EmptyState title={title} className="py-20">
      {published?.length === 0
        ? 'No policy is published, so nothing is checked.'
        : assets === 0
          ? 'There is no asset to check yet.'
          : published && assets != null
            ? `${plural(published.length, 'policy', 'policies')} checked ${formatCount(assets)} ${assets === 1 ? 'asset' : 'assets'}${last ? `, last at ${formatRun(new Date(last))}` : ''}.`
            : null}
    </EmptyState>
  );
}

export const NoneMatches = ({ onClear }: { onClear: () => void }) => (
  <EmptyState title="No violation matches these filters" className="py-20" action={<Button onClick={onClear}>Clear filters</Button>} />
);
