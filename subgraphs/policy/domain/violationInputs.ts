/** Filters of violations, and the input of decisions on them, checked. */
import { InvalidInput } from '#platform/errors.ts';
import { checkIdValues, checkText, checkValues } from '#platform/graphql/inputs.ts';
import type { ViolationFilter } from '../store/violationFilter.ts';

const MAX_REASON = 2_000;
const MOST_YEARS = 10;

export type Waiver = { because: string; until: Date };

/** Until when and why. Beyond ten years is no term any more. */
export function checkWaiver({ because, until }: Waiver, now: Date): Waiver {
  const reason = checkText(because.trim(), 'input.because', { min: 1, max: MAX_REASON });
  if (until <= now) throw new InvalidInput('A waiver ends in the future: give a later moment.', 'input.until');
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + MOST_YEARS);
  if (until > latest) {
    throw new InvalidInput(`A waiver lasts at most ${MOST_YEARS} years: give a moment before ${latest.toISOString()}.`, 'input.until', {
      max: latest.toISOString(),
    });
  }
  return { because: reason, until };
}

/** What cannot be an id of ours matches nothing, and an empty list matches nothing. */
export function checkViolationFilter(filter: ViolationFilter | null | undefined): ViolationFilter {
  const checked = {
    ownerIds: checkIdValues(filter?.ownerIds, 'filter.ownerIds'),
    statuses: checkValues(filter?.statuses, 'filter.statuses'),
    severities: checkValues(filter?.severities, 'filter.severities'),
    policyIds: checkIdValues(filter?.policyIds, 'filter.policyIds'),
    assetIds: checkIdValues(filter?.assetIds, 'filter.assetIds'),
    sourceIds: checkIdValues(filter?.sourceIds, 'filter.sourceIds'),
    domainIds: checkIdValues(filter?.domainIds, 'filter.domainIds'),
    raisedAfter: filter?.raisedAfter,
    updatedAfter: filter?.updatedAfter,
  };
  // Without empty members, so that the same filter makes the same cursors.
  return Object.fromEntries(Object.entries(checked).filter(([, value]) => value != null));
}
