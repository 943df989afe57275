/** What an event of the log is about, and what it says, for the log's table. */
import { formatEnum, formatMoment, plural } from '@/lib/format';
import { rolesInWords, type RoleRow, type ScopeNames } from './roles';

type Told = { type: string; subject?: string | null; data: unknown };
type Data = Readonly<Record<string, unknown>>;
type Change = { path: string; before?: unknown; after?: unknown };
/** `users`: names of those that events are about, as far as they are known. */
export type AuditNames = ScopeNames & { users: ReadonlyMap<string, string | null> };

const dataOf = (data: unknown): Data => (typeof data === 'object' && data !== null ? (data as Data) : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const countOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
const listOf = <Item>(value: unknown): Item[] => (Array.isArray(value) ? (value as Item[]) : []);
/** Without the database: the schema on. */
const shortOf = (name: unknown): string => textOf(name).split('.').slice(1).join('.') || textOf(name);

/** Pages of what a noun stands for. */
const PAGES: Record<string, string> = {
  asset: '/assets/',
  classification: '/assets/',
  lineage: '/lineage/',
  policy: '/policies/',
  term: '/glossary/',
  domain: '/domains/',
  source: '/sources/',
  scan: '/runs/',
  team: '/admin/users?tab=teams&team=',
  identity: '/admin/users?user=',
  event: '/admin/audit?event=',
};
const VIOLATION = '/violations?tab=all&violation=';
const OF_VIOLATIONS = ['policy.violated', 'policy.resolved', 'policy.acknowledged', 'policy.waived', 'policy.reopened'];
/** What is called otherwise than its events. */
const NOUNS: Record<string, string> = { classification: 'Asset', lineage: 'Asset', identity: 'User', scan: 'Run', audit: '' };
const GONE = ['source.removed', 'term.removed', 'domain.removed', 'identity.userErased'];

/** `href` null: it has no page, or none any more. */
export function subjectOf({ type, subject, data }: Told, { users }: Pick<AuditNames, 'users'>): { text: string; href: string | null } {
  const [noun = ''] = type.split('.');
  const { name, column, email } = dataOf(data);
  if (!subject) return { text: '', href: null };
  if (OF_VIOLATIONS.includes(type)) {
    const place = [shortOf(name), textOf(column)].filter(Boolean).join('.');
    return { text: place || 'Violation', href: VIOLATION + subject };
  }
  const isAsset = PAGES[noun] === '/assets/' || noun === 'lineage';
  const known = noun === 'identity' ? (users.get(subject) ?? (textOf(name) || textOf(email))) : isAsset ? shortOf(name) : textOf(name);
  const page = PAGES[noun];
  return { text: known || (NOUNS[noun] ?? formatEnum(noun)), href: page && !GONE.includes(type) ? page + subject : null };
}

const WORDS: Record<string, string> = {
  domainId: 'domain',
  termIds: 'terms',
  parentId: 'place',
  owners: 'people',
  memberIds: 'members',
  members: 'members',
  sourceDescription: 'comment in the source',
  sourceOwner: 'owner in the source',
  dependsOn: 'what it reads',
  ruleType: 'rule',
  params: 'parameters',
};
const wordOf = (part: string): string => WORDS[part] ?? formatEnum(part.replaceAll(/([a-z])([A-Z])/g, '$1_$2')).toLowerCase();

/** `description, tags, 3 columns`: each once, in the order of the changes. */
function changedOf(changes: unknown): string {
  const columns = new Set<string>();
  const words = new Set<string>();
  for (const { path } of listOf<Change>(changes)) {
    const [first = '', second = ''] = path.split('/').slice(1);
    if (first === 'columns') columns.add(second);
    else if (first === 'table') words.add(wordOf(second));
    else if (first === 'deletedAt') words.add('that it is there');
    else if (first) words.add(wordOf(first));
  }
  const [only] = columns;
  if (columns.size === 1) words.add(`column ${only!.replaceAll('~1', '/').replaceAll('~0', '~')}`);
  else if (columns.size > 1) words.add(plural(columns.size, 'column'));
  return [...words].join(', ');
}

const changed = ({ changes, version }: Data): string =>
  `Changed ${changedOf(changes) || 'nothing that is told'}${typeof version === 'number' ? `: version ${version}` : ''}`;

const labels = (verb: string, { changes }: Data): string => {
  const places = listOf<{ label: string; column: string }>(changes).map(({ label, column }) => `${label} on ${column}`);
  return `${verb} ${places.slice(0, 3).join(', ')}${places.length > 3 ? ` and ${places.length - 3} more` : ''}`;
};

const ofPolicy = (words: string, { policyName, message }: Data): string =>
  `${words} “${textOf(policyName)}”${message ? `: ${textOf(message)}` : ''}`;

const rule = ({ ruleType, severity }: Data): string =>
  [textOf(ruleType) && `rule ${textOf(ruleType)}`, textOf(severity) && `severity ${formatEnum(textOf(severity)).toLowerCase()}`]
    .filter(Boolean)
    .join(', ');

const counts = ({ added, changed: changes, removed }: Data): string =>
  [
    [countOf(added), 'added'],
    [countOf(changes), 'changed'],
    [countOf(removed), 'removed'],
  ]
    .filter(([count]) => count !== 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ') || 'nothing new';

const SENTENCES: Record<string, (data: Data, names: ScopeNames) => string> = {
  'source.registered': ({ connector, namespace }) => `Registered: ${textOf(connector)} at ${textOf(namespace)}`,
  'source.updated': changed,
  'source.removed': () => 'Removed',
  'scan.queued': ({ sourceId }, { sources }) => `Queued${ofSource(sourceId, sources)}`,
  'scan.started': ({ sourceId }, { sources }) => `Started${ofSource(sourceId, sources)}`,
  'scan.progressed': ({ phase, done, total }) =>
    `${formatEnum(textOf(phase))}: ${countOf(done)}${total == null ? ' so far' : ` of ${countOf(total)}`}`,
  'scan.held': (data) => `Holds ${plural(countOf(data.pendingDeletions), 'deletion')} for review, ${counts(data)}`,
  'scan.reviewed': ({ accepted, removed }) =>
    accepted ? `Reviewed: ${plural(countOf(removed), 'deletion')} accepted` : 'Reviewed: the assets are kept',
  'scan.completed': (data) => `Completed: ${counts(data)}${countOf(data.warnings) ? `, ${plural(countOf(data.warnings), 'warning')}` : ''}`,
  'scan.failed': ({ error }) => `Failed: ${textOf(error)}`,
  'scan.cancelled': () => 'Cancelled',
  'asset.created': ({ kind }) => `Found for the first time: ${formatEnum(textOf(kind)).toLowerCase()}`,
  'asset.updated': changed,
  'asset.deleted': () => 'Gone from its source',
  'classification.suggested': (data) => labels('Suggested', data),
  'classification.confirmed': (data) => labels('Confirmed', data),
  'classification.rejected': (data) => labels('Rejected', data),
  'policy.created': (data) => `Drafted: ${rule(data)}`,
  'policy.updated': changed,
  'policy.published': (data) => `In force as version ${countOf(data.version)}: ${rule(data)}`,
  'policy.retired': () => 'Retired',
  'policy.violated': (data) => ofPolicy('Violates', data),
  'policy.resolved': ({ policyName }) => ofPolicy('Violates no longer', { policyName }),
  'policy.acknowledged': ({ policyName }) => ofPolicy('Acknowledged: violates', { policyName }),
  'policy.waived': ({ policyName, until, because }) =>
    `${ofPolicy('Waived: violates', { policyName })}${untilOf(until)}, because ${textOf(because)}`,
  'policy.reopened': ({ policyName, because }) => `${ofPolicy('Open again: violates', { policyName })}, because ${textOf(because)}`,
  'lineage.changed': ({ change, level, reason }) =>
    `${change === 'retracted' ? 'Took back' : 'Declared'} what flows into ${level === 'COLUMN' ? 'a column' : 'it'}${reason ? `: ${textOf(reason)}` : ''}`,
  'term.created': () => 'Written',
  'term.updated': changed,
  'term.removed': () => 'Removed',
  'domain.created': () => 'Created',
  'domain.updated': changed,
  'domain.removed': () => 'Removed',
  'team.created': ({ memberIds }) => `Created with ${plural(listOf(memberIds).length, 'member')}`,
  'team.updated': changed,
  'token.created': ({ scopes, expiresAt }) =>
    `Created for ${listOf<string>(scopes).join(', ') || 'nothing'}${expiresAt ? untilOf(expiresAt) : ', without an end'}`,
  'token.revoked': () => 'Revoked',
  'event.erased': ({ type }) => `Lost its data for a person’s sake: ${textOf(type)}`,
  'audit.failed': ({ fault }) => textOf(fault),
  'identity.userCreated': ({ email, roles }, names) => `Created: ${[textOf(email), rolesOf(roles, names)].filter(Boolean).join(', ')}`,
  'identity.rolesChanged': ({ before, after }, names) => `Roles from ${rolesOf(before, names)} to ${rolesOf(after, names)}`,
  'identity.signedIn': () => 'Signed in',
  'identity.signedOut': ({ everywhere }) => (everywhere ? 'Signed out everywhere' : 'Signed out'),
  'identity.signInFailed': ({ reason }) => `Not signed in: ${textOf(reason)}`,
  'identity.sessionRevoked': ({ reason }) => `A session was ended: ${textOf(reason)}`,
  'identity.userErased': () => 'Erased',
};

const ofSource = (id: unknown, sources: ScopeNames['sources']): string => {
  const name = sources.get(textOf(id));
  return name ? ` on ${name}` : '';
};
const untilOf = (moment: unknown): string => {
  const at = new Date(textOf(moment));
  return Number.isNaN(at.getTime()) ? '' : ` until ${formatMoment(at)}`;
};
const rolesOf = (roles: unknown, names: ScopeNames): string => rolesInWords(listOf<RoleRow>(roles), names) || 'no role';

/** What happened, as a sentence without who did it and what to; empty where the log does not tell any more, or what a later version wrote. */
export function detailOf({ type, data }: Told, names: ScopeNames): string {
  const values = dataOf(data);
  if (Object.keys(values).length === 0 && type !== 'identity.userErased') return 'Its data was erased';
  return SENTENCES[type]?.(values, names) ?? '';
}
