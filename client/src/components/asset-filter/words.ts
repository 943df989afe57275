/** A filter as a sentence's subject: “Tables and views in shop-production, without an owner”. */
import { formatEnum, formatMoment } from '@/lib/format';
import type { AssetFilterValue } from './fields';

/** Names of sources, domains, users and teams by their ids. */
export type Names = ReadonlyMap<string, string>;

const PLURALS: Record<string, string> = { DATABASE: 'databases', PIPELINE: 'pipelines' };
const plural = (kind: string): string => PLURALS[kind] ?? `${formatEnum(kind).toLowerCase()}s`;

const joined = (words: readonly string[], last: string): string =>
  words.length <= 1 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;

export function filterInWords(filter: AssetFilterValue, names: Names): string {
  if (Object.values(filter).some((value) => Array.isArray(value) && value.length === 0)) return 'Nothing: a condition has no value';
  const named = (ids: readonly string[]): string =>
    joined(
      ids.map((id) => names.get(id) ?? 'unknown'),
      'or',
    );
  const { kinds, sourceIds, namespace, namePrefix, tags, labels, ownerIds, domainIds, hasOwner, hasDomain, updatedAfter } = filter;
  const clauses = [
    namespace !== undefined && `in the namespace ${namespace}`,
    domainIds && `of the domain ${named(domainIds)}`,
    namePrefix !== undefined && `whose name begins with ${namePrefix}`,
    tags && `tagged ${joined(tags, 'or')}`,
    labels && `with a column labelled ${joined(labels, 'or')}`,
    ownerIds && `owned by ${named(ownerIds)}`,
    hasOwner !== undefined && `${hasOwner ? 'with' : 'without'} an owner`,
    hasDomain !== undefined && (hasDomain ? 'in a domain' : 'without a domain'),
    updatedAfter !== undefined && `changed after ${formatMoment(new Date(updatedAfter))}`,
  ].filter((clause) => clause !== false && clause !== undefined);
  const place = sourceIds ? ` in ${named(sourceIds)}` : '';
  if (!kinds && !place && clauses.length === 0) return 'Every asset';
  const subject = kinds ? joined(kinds.map(plural), 'and') : 'assets';
  const first = subject.charAt(0).toUpperCase() + subject.slice(1) + place;
  return clauses.length === 0 ? first : `${first}${place ? ', ' : ' '}${clauses.join(', ')}`;
}
