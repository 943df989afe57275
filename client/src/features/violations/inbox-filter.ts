/** What the inbox shows, as its address says it. */
import type { Severity, ViolationFilter, ViolationOrder, ViolationStatus } from '@/gql/graphql';

export const TABS = [
  { id: 'active', label: 'Active', statuses: ['OPEN', 'ACKNOWLEDGED'] },
  { id: 'waived', label: 'Waived', statuses: ['WAIVED'] },
  { id: 'resolved', label: 'Resolved', statuses: ['RESOLVED'] },
  { id: 'all', label: 'All', statuses: ['OPEN', 'ACKNOWLEDGED', 'WAIVED', 'RESOLVED'] },
] as const satisfies readonly { id: string; label: string; statuses: readonly ViolationStatus[] }[];

/** Parameters of the address that narrow the list; a tab and the opened row are none. */
export const FILTERS = ['status', 'severity', 'policy', 'source', 'domain', 'asset', 'owner', 'raised'] as const;

export const RAISED = [
  { value: '1', label: 'Today' },
  { value: '7', label: 'Last 7 days' },
  { value: '30', label: 'Last 30 days' },
  { value: '90', label: 'Last 90 days' },
] as const;

type Params = { get: (name: string) => string | null; getAll: (name: string) => string[] };
type Me = { id: string; teams: readonly { id: string }[] };
const SEVERITIES: readonly string[] = ['CRITICAL', 'ERROR', 'WARNING', 'INFO'] satisfies Severity[];

export const tabOf = (params: Params): (typeof TABS)[number] => TABS.find(({ id }) => id === params.get('tab')) ?? TABS[0];

/** Whose assets: `me`, or `teams` for those of the viewer's teams, too. */
export const ownerIdsOf = (owner: string | null, me: Me): string[] | undefined =>
  owner === 'me' ? [me.id] : owner === 'teams' ? [me.id, ...me.teams.map(({ id }) => id)] : undefined;

const some = <Value>(values: readonly Value[]): Value[] | undefined => (values.length > 0 ? [...values] : undefined);

/** Without statuses: the counts of the tabs, and what live events are asked for. `now`: in milliseconds. */
export function scopeOf(params: Params, me: Me, now: number): ViolationFilter {
  const days = Number(RAISED.find(({ value }) => value === params.get('raised'))?.value ?? 0);
  const start = new Date(now);
  start.setHours(0, 0, 0, 0);
  start.setDate(start.getDate() - days + 1);
  const filter: ViolationFilter = {
    severities: some(params.getAll('severity').filter((value) => SEVERITIES.includes(value)) as Severity[]),
    policyIds: some(params.getAll('policy')),
    sourceIds: some(params.getAll('source')),
    domainIds: some(params.getAll('domain')),
    assetIds: some(params.getAll('asset')),
    ownerIds: ownerIdsOf(params.get('owner'), me),
    raisedAfter: days ? start.toISOString() : undefined,
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

/** Those of the tab that are also asked for. */
export function statusesOf(params: Params): ViolationStatus[] {
  const { statuses } = tabOf(params);
  const asked = params.getAll('status');
  const both = statuses.filter((status) => asked.includes(status));
  return both.length > 0 ? both : [...statuses];
}

export const orderOf = (params: Params): ViolationOrder =>
  params.get('sort') === 'oldest'
    ? { field: 'RAISED_AT', direction: 'ASC' }
    : params.get('sort') === 'newest'
      ? { field: 'RAISED_AT', direction: 'DESC' }
      : { field: 'SEVERITY', direction: 'DESC' };
