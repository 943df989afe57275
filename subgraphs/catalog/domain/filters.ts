/** Filters of lists, checked: what cannot be an id of ours matches nothing, and an empty list matches nothing. */
import { checkIdValues, checkText, checkValues } from '#platform/graphql/inputs.ts';
import type { AssetFilter } from '../store/assets.ts';
import type { ColumnFilter } from '../store/columns.ts';

const MAX_TEXT = 2000;

export function checkAssetFilter(filter: AssetFilter | null | undefined): AssetFilter {
  return withoutNulls<AssetFilter>({
    ...filter,
    sourceIds: checkIdValues(filter?.sourceIds, 'filter.sourceIds'),
    kinds: checkValues(filter?.kinds, 'filter.kinds'),
    namespace: text(filter?.namespace, 'filter.namespace'),
    namePrefix: text(filter?.namePrefix, 'filter.namePrefix'),
    tags: texts(
      filter?.tags?.map((tag) => tag.normalize('NFC')),
      'filter.tags',
    ),
    labels: texts(filter?.labels, 'filter.labels'),
    ownerIds: checkIdValues(filter?.ownerIds, 'filter.ownerIds'),
    domainIds: checkIdValues(filter?.domainIds, 'filter.domainIds'),
  });
}

export function checkColumnFilter(filter: ColumnFilter | null | undefined): ColumnFilter {
  return withoutNulls<ColumnFilter>({
    ...filter,
    assetIds: checkIdValues(filter?.assetIds, 'filter.assetIds'),
    sourceIds: checkIdValues(filter?.sourceIds, 'filter.sourceIds'),
    namePrefix: text(filter?.namePrefix, 'filter.namePrefix'),
    dataTypes: texts(filter?.dataTypes, 'filter.dataTypes'),
    labels: texts(filter?.labels, 'filter.labels'),
    labelStates: checkValues(filter?.labelStates, 'filter.labelStates'),
  });
}

/** In one order of members and without empty ones, so that the same filter makes the same cursors. */
function withoutNulls<Filter extends object>(filter: Filter): Filter {
  return Object.fromEntries(
    Object.entries(filter)
      .filter(([, value]) => value != null)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  ) as Filter;
}

const texts = (values: readonly string[] | null | undefined, field: string): string[] | undefined =>
  checkValues(values, field, (value, index) => checkText(value, `${field}.${index}`, { max: MAX_TEXT }));

const text = (value: string | null | undefined, field: string): string | null | undefined =>
  value == null ? value : checkText(value, field, { max: MAX_TEXT });
