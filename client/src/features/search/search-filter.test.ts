import { describe, expect, it } from 'vitest';
import { countChosen, isAnyChosen, NONE, NOTHING_CHOSEN, readChosen, toFilter, toggleValue } from './search-filter';
import { withParams } from '@/lib/url-params';

const read = (query: string) => readChosen(new URLSearchParams(query));

describe('the address of a search', () => {
  it('becomes a filter: values of a facet together, facets beside each other', () => {
    expect(toFilter(read('q=customer&kind=TABLE&kind=VIEW&source=s1&tag=gold'))).toEqual({
      kinds: ['TABLE', 'VIEW'],
      sourceIds: ['s1'],
      tags: ['gold'],
    });
    expect(toFilter(read(''))).toEqual({});
  });

  it('keeps to what is known and says nothing twice', () => {
    expect(read('kind=TABLE&kind=TABLE&kind=SPREADSHEET&label=').kind).toEqual(['TABLE']);
    expect(isAnyChosen(read('kind=SPREADSHEET&label='))).toBe(false);
  });

  it('finds what has no owner or no domain, alone', () => {
    expect(toFilter(read('owner=u1&owner=none&domain=none'))).toEqual({ hasOwner: false, hasDomain: false });
    expect(toggleValue(['u1'], NONE)).toEqual([NONE]);
    expect(toggleValue([NONE], 'u1')).toEqual(['u1']);
  });

  it('leaves one facet out, for the counts of its other values', () => {
    expect(toFilter(read('kind=TABLE&owner=none'), 'owner')).toEqual({ kinds: ['TABLE'] });
  });

  it('goes there and back', () => {
    const params = withParams(new URLSearchParams('q=a'), { kind: toggleValue(['TABLE'], 'VIEW') });
    expect(readChosen(params).kind).toEqual(['TABLE', 'VIEW']);
    expect(countChosen(readChosen(params))).toBe(2);
    expect(withParams(params, NOTHING_CHOSEN).toString()).toBe('q=a');
  });
});
