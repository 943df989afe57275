/** What changed from one version to the next, in a few words: `2 columns added, type of customer_id, description`. */
import { plural } from '@/lib/format';
import { unescapePointer } from './changed-by';

export type Change = { path: string; before?: unknown; after?: unknown };

const WORDS: Record<string, string> = {
  description: 'description',
  owners: 'people',
  tags: 'tags',
  domainId: 'domain',
  termIds: 'terms',
  sourceDescription: 'comment in the source',
  sourceOwner: 'owner in the source',
  kind: 'kind',
  name: 'name',
  path: 'place',
  dependsOn: 'what it reads',
};
const TABLE_WORDS: Record<string, [one: string, many: string]> = {
  foreignKeys: ['foreign key', 'foreign keys'],
  uniqueKeys: ['unique key', 'unique keys'],
  checks: ['check', 'checks'],
  indexes: ['index', 'indexes'],
};
const COLUMN_WORDS: Record<string, string> = {
  dataType: 'type',
  nativeType: 'type',
  nullable: 'null',
  default: 'default',
  generated: 'generation',
  sourceDescription: 'comment',
};

const isNothing = (value: unknown): boolean => value === undefined || value === null;
const verbOf = ({ before, after }: Change): string => (isNothing(before) ? 'added' : isNothing(after) ? 'removed' : 'changed');

/** The most telling first; each phrase once. */
export function changeWords(changes: readonly Change[]): string[] {
  const phrases: string[] = [];
  const counts = new Map<string, number>();
  const count = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  const columns = new Map<string, Set<string>>();
  for (const change of changes) {
    const [first = '', second = '', third] = change.path.split('/').slice(1).map(unescapePointer);
    if (first === 'deletedAt') phrases.push(isNothing(change.after) ? 'came back' : 'gone from the source');
    else if (first === 'columns' && third === undefined) count(`column ${verbOf(change)}`);
    else if (first === 'columns' && third === 'description') count('column description');
    else if (first === 'columns' && third !== 'ordinal')
      columns.set(second, (columns.get(second) ?? new Set()).add(COLUMN_WORDS[third!] ?? third!));
    else if (first === 'table' && TABLE_WORDS[second]) count(`${second} ${third === undefined ? 'changed' : verbOf(change)}`);
    else if (first === 'table' && second === 'primaryKey') phrases.push('primary key');
    else if (first === 'table') phrases.push(second === 'definition' ? 'definition' : second === 'partitioned' ? 'partitioning' : 'table');
    else if (WORDS[first]) phrases.push(WORDS[first]);
  }
  const counted = [...counts].map(([key, number]) => {
    const at = key.lastIndexOf(' ');
    const [what, verb] = [key.slice(0, at), key.slice(at + 1)];
    if (key === 'column description') return plural(number, 'column description');
    const [one, many] = TABLE_WORDS[what] ?? [what, `${what}s`];
    return `${plural(number, one, many)} ${verb}`;
  });
  const changed =
    columns.size === 0
      ? []
      : columns.size === 1
        ? [...columns].map(([name, properties]) => `${[...properties].join(', ')} of ${name}`)
        : [`${columns.size} columns changed`];
  return [...new Set([...counted, ...changed, ...phrases])];
}

/** Only people change these. */
export const isPeoples = ({ path }: Change): boolean =>
  /^\/(description|owners|tags|domainId|termIds)$|^\/columns\/[^/]*\/description$/.test(path);
