/** An event, or a burst of them, in words. */
import type { Status } from '@/components/ui/status';
import { formatEnum, formatMoment, plural } from '@/lib/format';
import { databaseOf, type FeedRow } from './feed-rows';

type Mark = { status: Status } | { kind: string } | { label: true };
/** `strong`: what it is about. `run`: of a source whose name the event does not tell. */
export type Sentence = { mark: Mark; strong: string; text: string; href: string | null; run?: string };

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const countOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
const byOf = (actor: string | null): string => (actor ? ` by ${actor}` : '');
/** Without the database: the schema on. */
const shortOf = (name: unknown): string => textOf(name).split('.').slice(1).join('.') || textOf(name);

const VIOLATION: Record<string, [Status, string]> = {
  'policy.resolved': ['RESOLVED', 'resolved'],
  'policy.acknowledged': ['ACKNOWLEDGED', 'acknowledged'],
  'policy.waived': ['WAIVED', 'waived'],
  'policy.reopened': ['OPEN', 'opened again'],
};
const ASSET: Record<string, string> = { 'asset.created': 'added', 'asset.updated': 'changed', 'asset.deleted': 'gone from the source' };
const LABEL: Record<string, string> = {
  'classification.suggested': 'suggested',
  'classification.confirmed': 'confirmed',
  'classification.rejected': 'rejected',
};
const RUN: Record<string, Status> = {
  'scan.started': 'RUNNING',
  'scan.completed': 'COMPLETED',
  'scan.failed': 'FAILED',
  'scan.cancelled': 'CANCELLED',
  'scan.held': 'NEEDS_REVIEW',
  'scan.reviewed': 'COMPLETED',
};
const NOUNS: Record<string, [word: string, href: string | null]> = {
  source: ['Source', '/sources/'],
  policy: ['Policy', '/policies/'],
  term: ['Term', '/glossary'],
  domain: ['Domain', '/domains'],
};
const VERBS: Record<string, string> = {
  registered: 'registered', created: 'created', updated: 'changed', removed: 'removed', published: 'published', retired: 'retired',
}; // prettier-ignore

export function sentenceOf({ event: { type, data, subject, actor }, count }: FeedRow): Sentence {
  const place = `${shortOf(data.name)}${data.column ? `.${textOf(data.column)}` : ''}`;
  if (type === 'policy.violated') {
    const many = count > 1;
    return {
      mark: { status: 'OPEN' },
      strong: textOf(data.policyName),
      text: many ? `violated ${plural(count, 'time')}` : `violated by ${place}`,
      href: many ? '/violations' : `/violations?tab=all&violation=${subject}`,
    };
  }
  if (type in VIOLATION) {
    const [status, verb] = VIOLATION[type]!;
    const until = data.until ? ` until ${formatMoment(new Date(textOf(data.until)))}` : '';
    return {
      mark: { status },
      strong: textOf(data.policyName),
      text: count > 1 ? `${verb} ${plural(count, 'time')}${until}${byOf(actor)}` : `${verb} on ${place}${until}${byOf(actor)}`,
      href: count > 1 ? '/violations?tab=all' : `/violations?tab=all&violation=${subject}`,
    };
  }
  if (type in ASSET) {
    const one = { mark: { kind: textOf(data.kind) }, strong: shortOf(data.name), href: subject && `/assets/${subject}` };
    return count > 1
      ? {
          mark: { kind: textOf(data.kind) },
          strong: plural(count, 'asset'),
          text: `${ASSET[type]} in ${databaseOf(data.name)}`,
          href: '/search',
        }
      : { ...one, text: `${ASSET[type]}${actor ? byOf(actor) : ', found by a scan'}` };
  }
  if (type in LABEL) {
    const changes = Array.isArray(data.changes) ? (data.changes as { label?: string; column?: string }[]) : [];
    const names = [...new Set(changes.map(({ label }) => textOf(label)))];
    const strong = names.length === 1 ? names[0]! : plural(changes.length, 'label');
    return count > 1
      ? {
          mark: { label: true },
          strong: 'Labels',
          text: `${LABEL[type]} on ${plural(count, 'asset')} of ${databaseOf(data.name)}`,
          href: '/search',
        }
      : {
          mark: { label: true },
          strong,
          text: `${LABEL[type]} on ${shortOf(data.name)}${changes.length === 1 ? `.${textOf(changes[0]!.column)}` : ''}${byOf(actor)}`,
          href: subject && `/assets/${subject}`,
        };
  }
  if (type in RUN)
    return { mark: { status: runStatus(type, data) }, strong: 'Scan', text: runText(type, data), href: null, run: subject ?? '' };
  if (type === 'lineage.changed') {
    return {
      mark: { kind: textOf(data.kind) },
      strong: shortOf(data.name),
      text: `lineage ${textOf(data.change)}${byOf(actor)}`,
      href: subject && `/lineage/${subject}`,
    };
  }
  const [noun = '', verb = ''] = type.split('.');
  const [word, href] = NOUNS[noun] ?? [formatEnum(noun), null];
  return {
    mark: { status: verb === 'published' ? 'PUBLISHED' : verb === 'retired' ? 'RETIRED' : verb === 'removed' ? 'CANCELLED' : 'DRAFT' },
    strong: `${word} ${textOf(data.name)}`.trim(),
    text: `${VERBS[verb] ?? formatEnum(verb).toLowerCase()}${byOf(actor)}`,
    href: href?.endsWith('/') ? (subject && verb !== 'removed' ? href + subject : null) : href,
  };
}

const runStatus = (type: string, data: Readonly<Record<string, unknown>>): Status =>
  type === 'scan.completed' && data.status === 'COMPLETED_WITH_WARNINGS' ? 'COMPLETED_WITH_WARNINGS' : RUN[type]!;

function runText(type: string, data: Readonly<Record<string, unknown>>): string {
  switch (type) {
    case 'scan.started':
      return 'started';
    case 'scan.completed': {
      const parts = [
        [countOf(data.added), 'added'],
        [countOf(data.changed), 'changed'],
        [countOf(data.removed), 'removed'],
      ].filter(([count]) => count !== 0);
      const warnings = countOf(data.warnings);
      const found = parts.length > 0 ? parts.map(([count, word]) => `${count} ${word}`).join(', ') : 'nothing new';
      return `completed, ${found}${warnings ? `, ${plural(warnings, 'warning')}` : ''}`;
    }
    case 'scan.failed':
      return `failed: ${textOf(data.error)}`;
    case 'scan.held':
      return `holds ${plural(countOf(data.pendingDeletions), 'deletion')} for review`;
    case 'scan.reviewed':
      return data.accepted ? 'reviewed, deletions accepted' : 'reviewed, assets kept';
    default:
      return 'cancelled';
  }
}
