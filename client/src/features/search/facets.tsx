'use client';
import { FacetList } from '@/components/ui/facet-list';
import { KindIcon } from '@/components/ui/kind';
import { SkeletonRows } from '@/components/ui/skeleton';
import { Initials } from '@/components/ui/people';
import { FACET_TITLES, FACETS, NONE, type Chosen, type FacetName } from './search-filter';
import type { Facets } from './use-facets';
import type { Names } from './use-names';

type Props = { facets: Facets; chosen: Chosen; names: Names; onToggle: (facet: FacetName, value: string) => void };

export function FacetPanel({ facets, chosen, names, onToggle }: Props) {
  if (!facets.isKnown && !facets.error && FACETS.every((name) => facets.of[name].length === 0)) return <SkeletonRows rows={8} />;
  return (
    <>
      {facets.error && <p className="px-5 pt-3 text-small text-fg-3">Counts are not available. What is chosen can be taken away.</p>}
      {FACETS.map((facet) => (
        <FacetList
          key={facet}
          title={FACET_TITLES[facet][0]}
          chosen={chosen[facet]}
          isOff={Boolean(facets.error)}
          onToggle={(value) => onToggle(facet, value)}
          // An asset that is seen by its domain counts for a source that is not seen.
          options={facets.of[facet]
            .filter(({ value }) => !names.isHidden(value) || chosen[facet].includes(value))
            .map(({ value, count, isCapped }) => {
              const name = names.nameOf(facet, value);
              return { value, name, count: facets.error ? null : count, isCapped, icon: iconOf(facet, value, name, names) };
            })}
        />
      ))}
    </>
  );
}

function iconOf(facet: FacetName, value: string, name: string, names: Names) {
  if (facet === 'kind') return <KindIcon kind={value} isNamed />;
  if (facet === 'owner' && value !== NONE) return <Initials name={name} isTeam={names.isTeam(value)} className="size-4 text-[8px]" />;
  return undefined;
}
