/** What is searched for and chosen, as it stands in the address: `?q=…&kind=TABLE&kind=VIEW&owner=none`. Other pages link here with it. */
import type { AssetFilter, AssetKind } from '@/gql/graphql';

export const FACETS = ['kind', 'source', 'label', 'domain', 'owner', 'tag'] as const;
export type FacetName = (typeof FACETS)[number];
/** Values of one facet widen what is found, those of another narrow it. */
export type Chosen = Readonly<Record<FacetName, readonly string[]>>;

export const FACET_TITLES: Readonly<Record<FacetName, readonly [one: string, many: string]>> = {
  kind: ['Kind', 'kinds'],
  source: ['Source', 'sources'],
  label: ['Label', 'labels'],
  domain: ['Domain', 'domains'],
  owner: ['Owner', 'owners'],
  tag: ['Tag', 'tags'],
};

/** In place of an id of a domain or an owner: those without. It stands alone: nothing has an owner and none. */
export const NONE = 'none';

const KINDS: ReadonlySet<string> = new Set<AssetKind>([
  'DASHBOARD', 'DATABASE', 'DATASET', 'EXTERNAL_TABLE', 'FILE', 'MATERIALIZED_VIEW', 'MODEL', 'PIPELINE', 'REPORT', 'SCHEMA', 'TABLE', 'TOPIC', 'VIEW',
]); // prettier-ignore
const isKind = (value: string): value is AssetKind => KINDS.has(value);

type Params = { getAll: (name: string) => string[] };

/** Of an address that anybody may have written: unknown kinds are left out. */
export function readChosen(params: Params): Chosen {
  const values = (name: FacetName): string[] => [...new Set(params.getAll(name))].filter(Boolean);
  const orNone = (name: FacetName): string[] => (values(name).includes(NONE) ? [NONE] : values(name));
  return {
    kind: values('kind').filter(isKind),
    source: values('source'),
    label: values('label'),
    domain: orNone('domain'),
    owner: orNone('owner'),
    tag: values('tag'),
  };
}

/** The facet's values after one was clicked. */
export function toggleValue(values: readonly string[], value: string): string[] {
  if (values.includes(value)) return values.filter((each) => each !== value);
  return value === NONE ? [NONE] : [...values.filter((each) => each !== NONE), value];
}

/** `without`: as if nothing were chosen in that facet. */
export function toFilter(chosen: Chosen, without?: FacetName): AssetFilter {
  const of = (name: FacetName): readonly string[] => (name === without ? [] : chosen[name]);
  const some = (name: FacetName): string[] | undefined => (of(name).length > 0 && of(name)[0] !== NONE ? [...of(name)] : undefined);
  const filter: AssetFilter = {
    kinds: some('kind') as AssetKind[] | undefined,
    sourceIds: some('source'),
    labels: some('label'),
    domainIds: some('domain'),
    ownerIds: some('owner'),
    tags: some('tag'),
    ...(of('domain')[0] === NONE && { hasDomain: false }),
    ...(of('owner')[0] === NONE && { hasOwner: false }),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as AssetFilter;
}

export const countChosen = (chosen: Chosen): number => FACETS.reduce((sum, name) => sum + chosen[name].length, 0);
export const isAnyChosen = (chosen: Chosen): boolean => FACETS.some((name) => chosen[name].length > 0);
/** For `useUrlState().set`. */
export const NOTHING_CHOSEN: Readonly<Record<FacetName, null>> = {
  kind: null,
  source: null,
  label: null,
  domain: null,
  owner: null,
  tag: null,
};
