/** The filter of violations, checked: what cannot be an id of ours matches nothing, and an empty list matches nothing. */
import { InvalidInput } from '#platform/errors.ts';
import { isId } from '#platform/ids.ts';
import type { ViolationFilter } from '../store/violationFilter.ts';

const MAX_VALUES = 1000;

export function checkViolationFilter(filter: ViolationFilter | null | undefined): ViolationFilter {
  const checked = {
    ownerIds: ids(filter?.ownerIds, 'filter.ownerIds'),
    statuses: unique(filter?.statuses, 'filter.statuses'),
    severities: unique(filter?.severities, 'filter.severities'),
    policyIds: ids(filter?.policyIds, 'filter.policyIds'),
    assetIds: ids(filter?.assetIds, 'filter.assetIds'),
    sourceIds: ids(filter?.sourceIds, 'filter.sourceIds'),
    raisedAfter: filter?.raisedAfter,
    updatedAfter: filter?.updatedAfter,
  };
  // Without empty members, so that the same filter makes the same cursors.
  return Object.fromEntries(Object.entries(checked).filter(([, value]) => value != null));
}

const ids = (values: readonly string[] | null | undefined, field: string): string[] | undefined =>
  unique(
    bounded(values, field)
      ?.filter(isId)
      .map((id) => id.toLowerCase()),
    field,
  );

/** A value given twice asks for nothing more; a list that is merged over its values would give their rows twice. */
const unique = <Value>(values: readonly Value[] | null | undefined, field: string): Value[] | undefined =>
  bounded(values, field) && [...new Set(values!)].toSorted();

function bounded<Value>(values: readonly Value[] | null | undefined, field: string): readonly Value[] | undefined {
  if (values && values.length > MAX_VALUES) {
    throw new InvalidInput(`At most ${MAX_VALUES} values are possible here.`, field, { max: MAX_VALUES });
  }
  return values ?? undefined;
}
