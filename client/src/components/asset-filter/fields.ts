/** What an AssetFilter can ask of assets, and how its conditions are called. */
export type AssetFilterValue = {
  sourceIds?: string[];
  kinds?: string[];
  namespace?: string;
  namePrefix?: string;
  tags?: string[];
  labels?: string[];
  ownerIds?: string[];
  domainIds?: string[];
  hasOwner?: boolean;
  hasDomain?: boolean;
  updatedAfter?: string;
};
export type FilterField = keyof AssetFilterValue;
export type FieldType = 'list' | 'text' | 'flag' | 'moment';

type Described = { field: FilterField; label: string; type: FieldType; relation: string; missing: string };

/** In the order in which they are offered. */
export const FILTER_FIELDS: readonly Described[] = [
  { field: 'sourceIds', label: 'Source', type: 'list', relation: 'is one of', missing: 'Choose a source' },
  { field: 'kinds', label: 'Kind', type: 'list', relation: 'is one of', missing: 'Choose a kind' },
  { field: 'namespace', label: 'Namespace', type: 'text', relation: 'is', missing: 'Write a namespace' },
  { field: 'namePrefix', label: 'Name', type: 'text', relation: 'begins with', missing: 'Write how the name begins' },
  { field: 'tags', label: 'Tag', type: 'list', relation: 'is one of', missing: 'Choose a tag' },
  { field: 'labels', label: 'Label', type: 'list', relation: 'is one of', missing: 'Choose a label' },
  { field: 'ownerIds', label: 'Owner', type: 'list', relation: 'is one of', missing: 'Choose an owner' },
  { field: 'domainIds', label: 'Domain', type: 'list', relation: 'is one of', missing: 'Choose a domain' },
  { field: 'hasOwner', label: 'Has an owner', type: 'flag', relation: 'is', missing: 'Choose yes or no' },
  { field: 'hasDomain', label: 'Has a domain', type: 'flag', relation: 'is', missing: 'Choose yes or no' },
  { field: 'updatedAfter', label: 'Changed', type: 'moment', relation: 'after', missing: 'Choose a moment' },
];

export const fieldOf = (name: FilterField): Described => FILTER_FIELDS.find(({ field }) => field === name)!;
