/** The filters of lists, asked of an event's attributes. As there: an empty list, and what cannot be an id, match nothing. */
import type { EventAttributes } from '#platform/events/types.ts';
import { checkText, checkValues } from '#platform/graphql/inputs.ts';
import { isId } from '#platform/ids.ts';

const LONGEST_TEXT = 2_000;

type Ids = readonly string[] | null | undefined;

export type AssetFilter = {
  sourceIds?: Ids;
  kinds?: readonly string[] | null;
  namespace?: string | null;
  namePrefix?: string | null;
  tags?: readonly string[] | null;
  labels?: readonly string[] | null;
  ownerIds?: Ids;
  domainIds?: Ids;
  hasOwner?: boolean | null;
  hasDomain?: boolean | null;
  includeDeleted?: boolean | null;
  updatedAfter?: Date | null;
};

export type ViolationFilter = {
  ownerIds?: Ids;
  statuses?: readonly string[] | null;
  severities?: readonly string[] | null;
  policyIds?: Ids;
  assetIds?: Ids;
  sourceIds?: Ids;
  domainIds?: Ids;
  raisedAfter?: Date | null;
  updatedAfter?: Date | null;
};

/** What a filter looks at of an event. */
export type Filtered = { type: string; time: Date; attributes: EventAttributes };
export type Matches = (event: Filtered) => boolean;
type Test = Matches | null;

const all = (...tests: Test[]): Matches => {
  const given = tests.filter((test) => test !== null);
  return (event) => given.every((test) => test(event));
};

type One = (attributes: EventAttributes) => string | null | undefined;
type Several = (attributes: EventAttributes) => readonly string[] | undefined;

/** One of `values` is the event's. */
function isAmong(values: Ids, field: string, of: One, normalize = (value: string): string => value): Test {
  if (values == null) return null;
  const wanted = new Set(checkValues(values, field, normalize));
  return ({ attributes }) => {
    const value = of(attributes);
    return value != null && wanted.has(value);
  };
}

/** One of `values` is one of the event's. */
function hasOneOf(values: Ids, field: string, of: Several, normalize = (value: string): string => value): Test {
  if (values == null) return null;
  const wanted = new Set(checkValues(values, field, normalize));
  return ({ attributes }) => of(attributes)?.some((value) => wanted.has(value)) ?? false;
}

const asId = (value: string): string => (isId(value) ? value.toLowerCase() : '');
const asText = (field: string) => (value: string, index: number) =>
  checkText(value.normalize('NFC'), `${field}.${index}`, { max: LONGEST_TEXT });
const texts = (values: readonly string[] | null | undefined, field: string): string[] | null => values?.map(asText(field)) ?? null;
const after = (moment: Date | null | undefined, of: (event: Filtered) => Date): Test =>
  moment == null ? null : (event) => of(event).getTime() > moment.getTime();

export function matchAssets(filter: AssetFilter): Matches {
  const { namespace, namePrefix, hasOwner, hasDomain, includeDeleted } = filter;
  if (namespace != null) checkText(namespace, 'filter.namespace', { max: LONGEST_TEXT });
  if (namePrefix != null) checkText(namePrefix, 'filter.namePrefix', { max: LONGEST_TEXT });
  return all(
    isAmong(filter.sourceIds, 'filter.sourceIds', ({ sourceId }) => sourceId, asId),
    isAmong(filter.kinds, 'filter.kinds', ({ kind }) => kind),
    namespace == null ? null : ({ attributes }) => attributes.namespace === namespace,
    namePrefix ? ({ attributes }) => attributes.name?.startsWith(namePrefix) ?? false : null,
    hasOneOf(texts(filter.tags, 'filter.tags'), 'filter.tags', ({ tags }) => tags),
    hasOneOf(texts(filter.labels, 'filter.labels'), 'filter.labels', ({ labels }) => labels),
    hasOneOf(filter.ownerIds, 'filter.ownerIds', ({ ownerIds }) => ownerIds, asId),
    isAmong(filter.domainIds, 'filter.domainIds', ({ domainId }) => domainId, asId),
    hasOwner == null ? null : ({ attributes }) => (attributes.ownerIds?.length ?? 0) > 0 === hasOwner,
    hasDomain == null ? null : ({ attributes }) => (attributes.domainId != null) === hasDomain,
    // A list leaves the deleted out unless it is asked for them; that one was deleted is told unless nobody wants to know.
    includeDeleted === false ? ({ type }) => type !== 'asset.deleted' : null,
    after(filter.updatedAfter, ({ time }) => time),
  );
}

export function matchViolations(filter: ViolationFilter): Matches {
  return all(
    hasOneOf(filter.ownerIds, 'filter.ownerIds', ({ ownerIds }) => ownerIds, asId),
    isAmong(filter.statuses, 'filter.statuses', ({ status }) => status),
    isAmong(filter.severities, 'filter.severities', ({ severity }) => severity),
    isAmong(filter.policyIds, 'filter.policyIds', ({ policyId }) => policyId, asId),
    isAmong(filter.assetIds, 'filter.assetIds', ({ assetId }) => assetId, asId),
    isAmong(filter.sourceIds, 'filter.sourceIds', ({ sourceId }) => sourceId, asId),
    isAmong(filter.domainIds, 'filter.domainIds', ({ domainId }) => domainId, asId),
    after(filter.raisedAfter, ({ attributes, time }) => (attributes.raisedAt === undefined ? time : new Date(attributes.raisedAt))),
    after(filter.updatedAfter, ({ time }) => time),
  );
}
