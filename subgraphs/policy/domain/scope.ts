/** Which assets a policy is about: an AssetFilter as JSON, with the meaning that catalog's lists give it. */
import { z } from 'zod';
import { InvalidInput } from '#platform/errors.ts';
import { checkText, MAX_VALUES, TOO_MANY_VALUES } from '#platform/graphql/inputs.ts';
import { DateTime } from '#platform/graphql/scalars.ts';
import { isId } from '#platform/ids.ts';
import { ownerIdsOf, type AssetFacts } from '../facts.ts';

const MAX_TEXT = 2000;
const FIELD = 'input.scope';

const KINDS = [
  'DATABASE',
  'SCHEMA',
  'TABLE',
  'VIEW',
  'MATERIALIZED_VIEW',
  'EXTERNAL_TABLE',
  'FILE',
  'TOPIC',
  'REPORT',
  'DASHBOARD',
  'DATASET',
  'PIPELINE',
  'MODEL',
] as const;

const list = <Item extends z.ZodType>(item: Item) => z.array(item).max(MAX_VALUES, TOO_MANY_VALUES);
const isMoment = (text: string): boolean => {
  try {
    DateTime.parseValue(text);
    return true;
  } catch {
    return false; // said by the schema
  }
};

/** The fields of the input AssetFilter (schema/catalog.graphql); a test compares. */
const schema = z
  .strictObject({
    sourceIds: list(z.string()),
    kinds: list(z.enum(KINDS)),
    namespace: z.string(),
    namePrefix: z.string(),
    tags: list(z.string()),
    labels: list(z.string()),
    ownerIds: list(z.string()),
    domainIds: list(z.string()),
    hasOwner: z.boolean(),
    hasDomain: z.boolean(),
    includeDeleted: z.boolean(),
    updatedAfter: z.string().refine(isMoment, 'A DateTime is an ISO 8601 text with a zone, such as "2026-03-01T12:00:00Z".'),
  })
  .partial();

export type Scope = z.infer<typeof schema>;
export const SCOPE_FIELDS: readonly string[] = Object.keys(schema.shape);

/** The scope without its nulls, or BAD_USER_INPUT with `input.scope.<field>`. Absence is every asset. */
export function checkScope(json: unknown): Scope {
  if (json == null) return {};
  if (typeof json !== 'object' || Array.isArray(json)) {
    throw new InvalidInput('A scope is an AssetFilter as an object; {} means every asset.', FIELD);
  }
  const checked = schema.safeParse(Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null)));
  if (!checked.success) throw refusal(checked.error, FIELD);
  const scope = checked.data;
  if (scope.includeDeleted) {
    throw new InvalidInput('Policies are about assets that there are: leave "includeDeleted" out.', `${FIELD}.includeDeleted`);
  }
  for (const [field, value] of Object.entries(scope)) {
    if (typeof value === 'string') checkText(value, `${FIELD}.${field}`, { max: MAX_TEXT });
    else if (Array.isArray(value)) value.forEach((item, index) => checkText(item, `${FIELD}.${field}.${index}`, { max: MAX_TEXT }));
  }
  return scope;
}

/** What of a scope policy's own copy of an asset can tell; `labels`, tags, domains and times it cannot. */
export type CopiedFacts = { kind: string; sourceId: string; namespace: string; name: string; ownerIds: readonly string[] };
export type CompiledScope = {
  matches: (asset: AssetFacts) => boolean;
  /** False: cannot match. */
  mayMatch: (asset: CopiedFacts) => boolean;
  needsLabels: boolean;
};

/** Once for a policy, not for each asset. */
export function compileScope(scope: Scope): CompiledScope {
  const kinds = scope.kinds && new Set<string>(scope.kinds);
  const sourceIds = idsOf(scope.sourceIds);
  const ownerIds = idsOf(scope.ownerIds);
  const domainIds = idsOf(scope.domainIds);
  const tags = scope.tags && new Set(scope.tags.map((tag) => tag.normalize('NFC')));
  const labels = scope.labels && new Set(scope.labels);
  const updatedAfter = scope.updatedAfter === undefined ? undefined : Date.parse(scope.updatedAfter);

  const mayMatch = (asset: CopiedFacts): boolean =>
    (!kinds || kinds.has(asset.kind)) &&
    (!sourceIds || sourceIds.has(asset.sourceId)) &&
    (scope.namespace === undefined || asset.namespace === scope.namespace) &&
    (scope.namePrefix === undefined || asset.name.startsWith(scope.namePrefix)) &&
    (!ownerIds || asset.ownerIds.some((id) => ownerIds.has(id))) &&
    (scope.hasOwner === undefined || asset.ownerIds.length > 0 === scope.hasOwner);

  return {
    mayMatch,
    needsLabels: labels !== undefined,
    matches: (asset) =>
      asset.deletedAt === null &&
      mayMatch({ ...asset, ownerIds: ownerIdsOf(asset) }) &&
      (!domainIds || (asset.domainId !== null && domainIds.has(asset.domainId))) &&
      (scope.hasDomain === undefined || (asset.domainId !== null) === scope.hasDomain) &&
      (!tags || asset.tags.some((tag) => tags.has(tag))) &&
      (!labels || asset.labels.some((label) => labels.has(label))) &&
      (updatedAfter === undefined || Date.parse(asset.updatedAt) > updatedAfter),
  };
}

/** What is not an id matches nothing. */
const idsOf = (values: readonly string[] | undefined): ReadonlySet<string> | undefined =>
  values && new Set(values.filter(isId).map((id) => id.toLowerCase()));

/** The first of what zod found, under the name of the field that it is about. */
export function refusal({ issues: [issue] }: z.ZodError, base: string): InvalidInput {
  const path = [...issue!.path, ...(issue!.code === 'unrecognized_keys' ? issue!.keys.slice(0, 1) : [])];
  const message = issue!.code === 'unrecognized_keys' ? 'There is no such field here. Leave it out.' : issue!.message;
  return new InvalidInput(message, [base, ...path.map(String)].join('.'));
}
