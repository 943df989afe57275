/** Filters of lists, checked: what cannot be an id of ours matches nothing, and an empty list matches nothing. */
import { InvalidInput } from '#platform/errors.ts';
import { checkText } from '#platform/graphql/inputs.ts';
import { isId } from '#platform/ids.ts';
import type { AssetFilter } from '../store/assets.ts';
import type { ColumnFilter } from '../store/columns.ts';

const MAX_VALUES = 1000;
const MAX_TEXT = 2000;

export function checkAssetFilter(filter: AssetFilter | null | undefined): AssetFilter {
  return withoutNulls<AssetFilter>({
    ...filter,
    sourceIds: ids(filter?.sourceIds, 'filter.sourceIds'),
    kinds: filter?.kinds && unique(bounded(filter.kinds, 'filter.kinds')),
    namespace: text(filter?.namespace, 'filter.namespace'),
    namePrefix: text(filter?.namePrefix, 'filter.namePrefix'),
    tags: texts(
      filter?.tags?.map((tag) => tag.normalize('NFC')),
      'filter.tags',
    ),
    labels: texts(filter?.labels, 'filter.labels'),
    ownerIds: ids(filter?.ownerIds, 'filter.ownerIds'),
    domainIds: ids(filter?.domainIds, 'filter.domainIds'),
  });
}

export function checkColumnFilter(filter: ColumnFilter | null | undefined): ColumnFilter {
  return withoutNulls<ColumnFilter>({
    ...filter,
    assetIds: ids(filter?.assetIds, 'filter.assetIds'),
    sourceIds: ids(filter?.sourceIds, 'filter.sourceIds'),
    namePrefix: text(filter?.namePrefix, 'filter.namePrefix'),
    dataTypes: texts(filter?.dataTypes, 'filter.dataTypes'),
    labels: texts(filter?.labels, 'filter.labels'),
    labelStates: filter?.labelStates && unique(bounded(filter.labelStates, 'filter.labelStates')),
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

function ids(values: readonly string[] | null | undefined, field: string): string[] | null | undefined {
  return (
    values &&
    unique(
      bounded(values, field)
        .filter(isId)
        .map((id) => id.toLowerCase()),
    )
  );
}

function texts(values: readonly string[] | null | undefined, field: string): string[] | null | undefined {
  return values && unique(bounded(values, field).map((value, index) => checkText(value, `${field}.${index}`, { max: MAX_TEXT })));
}

const text = (value: string | null | undefined, field: string): string | null | undefined =>
  value == null ? value : checkText(value, field, { max: MAX_TEXT });

/** A value given twice asks for nothing more; a list that is merged over its values would give their rows twice. */
const unique = <Value>(values: readonly Value[]): Value[] => [...new Set(values)];

function bounded<Value>(values: readonly Value[], field: string): readonly Value[] {
  if (values.length > MAX_VALUES) throw new InvalidInput(`At most ${MAX_VALUES} values are possible here.`, field, { max: MAX_VALUES });
  return values;
}
