'use client';
import { Button, ButtonLink } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/states';
import { formatCount, formatEnum, formatNames, plural } from '@/lib/format';
import { useViewer } from '@/lib/viewer';
import { FACET_TITLES, FACETS, isAnyChosen, NONE, type Chosen, type FacetName } from './search-filter';
import type { Facets } from './use-facets';
import type { Names } from './use-names';

type Props = {
  query: string;
  chosen: Chosen;
  names: Names;
  facets: Facets;
  onDrop: (facet: FacetName) => void;
  onClear: () => void;
};

/** “No asset matches customer in 2 kinds”, and which filter to let go so that most is found. */
export function NoResults({ query, chosen, names, facets, onDrop, onClear }: Props) {
  const { isAdmin } = useViewer();
  if (!query && !isAnyChosen(chosen)) {
    return (
      <EmptyState
        title="No assets yet"
        className="py-20"
        action={
          isAdmin && (
            <ButtonLink variant="primary" href="/sources/new">
              Register a source
            </ButtonLink>
          )
        }
      >
        {isAdmin
          ? 'Assets come from sources: register one, scan it, and its tables are found here.'
          : 'Assets come from sources. An administrator registers them; what you may see of them is found here.'}
      </EmptyState>
    );
  }
  const loosest = facets.without.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count)[0];
  return (
    <EmptyState
      className="py-20"
      title={
        <>
          No asset matches {query ? <bdi>{query}</bdi> : 'these filters'}
          {query && isAnyChosen(chosen) && ` in ${describe(chosen, names)}`}
        </>
      }
      action={
        loosest ? (
          <Button onClick={() => onDrop(loosest.name)}>
            Search all {FACET_TITLES[loosest.name][1]} ({formatCount(loosest.count, loosest.isCapped)})
          </Button>
        ) : isAnyChosen(chosen) ? (
          <Button onClick={onClear}>Clear filters</Button>
        ) : undefined
      }
    >
      {isAnyChosen(chosen)
        ? loosest
          ? `Without the filter by ${formatEnum(loosest.name).toLowerCase()} there ${loosest.count === 1 ? 'is one' : `are ${formatCount(loosest.count, loosest.isCapped)}`}.`
          : 'No single filter is the reason.'
        : 'Names, columns, descriptions, tags and terms were searched. Fewer or shorter words find more.'}
    </EmptyState>
  );
}

/** `2 kinds, demo_shop`. */
const describe = (chosen: Chosen, names: Names): string =>
  FACETS.filter((facet) => chosen[facet].length > 0)
    .map((facet) => {
      const values = chosen[facet];
      if (values[0] === NONE) return `what has ${names.nameOf(facet, NONE).toLowerCase()}`;
      return values.length === 1
        ? formatNames([names.nameOf(facet, values[0]!)])
        : plural(values.length, FACET_TITLES[facet][0].toLowerCase());
    })
    .join(', ');
