'use client';
import { FilterChip } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { formatNames } from '@/lib/format';
import { useIsNarrow } from '@/lib/use-media';
import { FACET_TITLES, FACETS, isAnyChosen, type Chosen, type FacetName } from './search-filter';
import type { Names } from './use-names';

type Props = {
  chosen: Chosen;
  names: Names;
  onChange: (facet: FacetName, values: readonly string[]) => void;
  onClear: () => void;
};

const MOST_NAMED = 4;

/** What narrows the results: a chip for each facet; where there is little room one for each value. */
export function FilterChips({ chosen, names, onChange, onClear }: Props) {
  const isNarrow = useIsNarrow();
  if (!isAnyChosen(chosen)) return null;
  const chips = FACETS.filter((facet) => chosen[facet].length > 0).flatMap((facet) => {
    const values = chosen[facet];
    const nameOf = (value: string) => names.nameOf(facet, value);
    if (isNarrow)
      return values.map((value) => ({ key: `${facet} ${value}`, text: nameOf(value), remove: () => onChange(facet, values.filter((each) => each !== value)) })); // prettier-ignore
    const all = values.map(nameOf);
    const text = `${FACET_TITLES[facet][0]}: ${all.length <= MOST_NAMED ? all.join(', ') : formatNames(all)}`;
    return [{ key: facet, text, remove: () => onChange(facet, []) }];
  });
  return (
    <div role="group" aria-label="Filters that apply" className="scroll-x flex min-w-0 items-center gap-2 max-sm:order-last max-sm:w-full">
      {chips.map(({ key, text, remove }) => (
        <span
          key={key}
          role="presentation"
          className="max-w-[420px] min-w-0 shrink-0 lg:shrink"
          onKeyDown={({ key: pressed }) => {
            if (pressed === 'Backspace' || pressed === 'Delete') remove();
          }}
        >
          <FilterChip label={text} onRemove={remove}>
            {text}
          </FilterChip>
        </span>
      ))}
      <Button variant="quiet" size="small" onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}
