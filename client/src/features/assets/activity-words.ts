/** An event of an asset as a sentence. */
import { formatEnum, plural } from '@/lib/format';
import { changeWords, isPeoples, type Change } from './change-words';
import type { NameOf } from './history-diff';

export const ACTIVITY_KINDS = [
  { value: 'all', label: 'All' },
  { value: 'words', label: 'Words and people' },
  { value: 'scans', label: 'Scans' },
  { value: 'labels', label: 'Labels' },
  { value: 'lineage', label: 'Lineage' },
] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number]['value'];

type LabelChange = { column: string; label: string; before: string | null; after: string | null };
type Data = { changes?: unknown[]; change?: string; level?: string; reason?: string; dependsOn?: unknown };

const changesOf = (data: unknown): Change[] => ((data as Data).changes ?? []) as Change[];

export function kindOf({ type, data }: { type: string; data: unknown }): ActivityKind {
  if (type.startsWith('classification.')) return 'labels';
  if (type.startsWith('lineage.')) return 'lineage';
  return type === 'asset.updated' && changesOf(data).every(isPeoples) ? 'words' : 'scans';
}

/** The first few, and how many more. */
const few = (phrases: readonly string[], most = 3): string =>
  phrases.length <= most ? phrases.join(', ') : `${phrases.slice(0, most).join(', ')} and ${phrases.length - most} more`;

/** Who set what to what. */
function wordsOf(changes: readonly Change[], nameOf: NameOf): string {
  const [only] = changes;
  if (changes.length === 1 && only) {
    const { path, after } = only;
    const column = /^\/columns\/([^/]*)\/description$/.exec(path)?.[1];
    const verb = after === null || after === '' ? 'cleared' : 'wrote';
    if (column !== undefined) return `${verb} the description of ${column.replaceAll('~1', '/').replaceAll('~0', '~')}`;
    if (path === '/description') return `${verb} the description`;
    if (path === '/domainId')
      return typeof after === 'string' ? `set the domain to ${nameOf('domain', after)}` : 'took it out of its domain';
    const list = Array.isArray(after) ? (after as unknown[]) : [];
    if (path === '/tags') return list.length > 0 ? `set the tags to ${list.join(', ')}` : 'took all tags away';
    if (path === '/termIds')
      return list.length > 0 ? `set the terms to ${list.map((id) => nameOf('term', String(id))).join(', ')}` : 'took all terms away';
    if (path === '/owners') {
      const owners = list as { role: string; userId: string | null; teamId: string | null }[];
      const names = owners.map(
        ({ role, userId, teamId }) => `${nameOf(userId ? 'user' : 'team', String(userId ?? teamId))} (${formatEnum(role).toLowerCase()})`,
      );
      return names.length > 0 ? `set the people to ${names.join(', ')}` : 'left it without an owner';
    }
  }
  return `changed ${few(changeWords(changes))}`;
}

const DECIDED: Record<string, string> = { CONFIRMED: 'confirmed', REJECTED: 'rejected', SUGGESTED: 'suggested' };

function labelsOf(changes: readonly LabelChange[]): string {
  // A suggestion that somebody makes is a decision taken back.
  const verbOf = ({ before, after }: LabelChange) =>
    !after ? 'took away' : after === 'SUGGESTED' && before ? 'took back the decision on' : DECIDED[after]!;
  const groups = Map.groupBy(changes, verbOf);
  return [...groups].map(([verb, group]) => `${verb} ${few(group.map(({ label, column }) => `${label} of ${column}`))}`).join('; ');
}

/** `actor` null: PurSight itself, as in suggestions. */
export function sentenceOf(
  { type, data, actor }: { type: string; data: unknown; actor?: { name: string } | null },
  nameOf: NameOf,
): { who: string; what: string } {
  const person = actor?.name ?? 'PurSight';
  const changes = changesOf(data);
  switch (type) {
    case 'asset.created':
      return { who: 'A scan', what: 'found this for the first time' };
    case 'asset.deleted':
      return { who: 'A scan', what: 'did not find this any more' };
    case 'asset.updated':
      return kindOf({ type, data }) === 'words'
        ? { who: person, what: wordsOf(changes, nameOf) }
        : { who: 'A scan', what: `found changes: ${few(changeWords(changes)) || plural(changes.length, 'fact')}` };
    case 'lineage.changed': {
      const { change = 'changed', level = 'ASSET', reason } = data as Data;
      return { who: person, what: `${change} lineage of ${level === 'COLUMN' ? 'a column' : 'this'}${reason ? `: ${reason}` : ''}` };
    }
    default:
      return type.startsWith('classification.')
        ? { who: person, what: labelsOf(changes as unknown as LabelChange[]) }
        : { who: person, what: type };
  }
}
