/** Whom a change would reach, or on whom it rests: the assets that a walk comes to, counted by what catalog says of them. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { Direction, GraphStore, Level } from '../graph/index.ts';
import type { AssetFacts } from '../store/catalogAssets.ts';
import { createDeadline, type Deadline } from './budgets.ts';
import { findReached, momentOf } from './lineage.ts';

export type ImpactRequest = {
  level: Level;
  /** The graph's id of an asset, or of a column that need not have edges. */
  rootId: string;
  /** The asset itself, or the column's. */
  assetId: string;
  direction: Direction;
  depth: number;
  /** Of the level: columns are counted as what they are until they are as many. */
  maxNodes: number;
  asOf: Date | null;
  deadline?: Deadline;
};

/** The nearest first, each once, without the root's. */
export type Reached = { assetIds: string[]; truncated: boolean };

/** Null where the root is hidden or unknown. */
export async function readReached(graph: GraphStore, classes: VisibleClasses, request: ImpactRequest): Promise<Reached | null> {
  const { level, rootId, assetId, direction, asOf } = request;
  if ((await graph.findVisible([assetId], 'ASSET', classes)).length === 0) return null;
  if (level === 'COLUMN' && (await graph.findVisible([rootId], level, classes)).length === 0) return { assetIds: [], truncated: false };
  const { ids, truncated } = await findReached(graph, { level, direction, at: momentOf(asOf), classes }, rootId, request);
  if (level === 'ASSET' || ids.length === 0) return { assetIds: ids, truncated };
  const assetOf = new Map((await graph.getColumns(ids, classes)).map((column) => [column.id, column.assetId]));
  const assetIds = new Set(ids.flatMap((id) => assetOf.get(id) ?? []));
  assetIds.delete(assetId);
  return { assetIds: [...assetIds], truncated };
}

/** Of an owner one of the two ids is null. */
export type OwnerCount = { userId: string | null; teamId: string | null; count: number };
/** Each list with the most frequent first. */
export type Impact = {
  totalCount: number;
  truncated: boolean;
  byKind: { kind: string; count: number }[];
  byOwner: OwnerCount[];
  /** `domainId` null: of no domain. */
  byDomain: { domainId: string | null; count: number }[];
  withoutOwner: number;
};

/** As many facts in memory at a time; between them the clock is looked at. */
const FACTS_AT_ONCE = 1_000;

type Facts = Pick<AssetFacts, 'kind' | 'owners' | 'domainId' | 'deletedAt'>;
type FindFacts = (ids: readonly string[]) => Promise<ReadonlyMap<string, Facts>>;

/**
 * Counts those of the assets that catalog shows the viewer and that lived at the moment (null: now). When time runs out, those
 * that it was asked for by then: the nearest, FACTS_AT_ONCE at least. It has time of its own: a walk that used up all of its time came to something.
 */
export async function countImpact(
  { assetIds, truncated }: Reached,
  at: Date | null,
  findFacts: FindFacts,
  deadline: Deadline = createDeadline(),
): Promise<Impact> {
  const kinds = createTally();
  const owners = createTally();
  const domains = createTally();
  let [totalCount, withoutOwner] = [0, 0];
  let asked = 0;
  for (; asked < assetIds.length && (asked === 0 || !deadline.isOver()); asked += FACTS_AT_ONCE) {
    const found = await findFacts(assetIds.slice(asked, asked + FACTS_AT_ONCE));
    for (const { kind, owners: own, domainId, deletedAt } of found.values()) {
      if (deletedAt !== null && !(at && at < new Date(deletedAt))) continue;
      totalCount += 1;
      kinds.add(kind);
      domains.add(domainId ?? '');
      // One may own an asset in several roles.
      for (const key of new Set(own.map(ownerKey))) owners.add(key);
      if (own.length === 0) withoutOwner += 1;
    }
  }
  return {
    totalCount,
    truncated: truncated || asked < assetIds.length,
    byKind: kinds.list().map(([kind, count]) => ({ kind, count })),
    byOwner: owners.list().map(([key, count]) => ({ ...ownerOf(key), count })),
    byDomain: domains.list().map(([domainId, count]) => ({ domainId: domainId || null, count })),
    withoutOwner,
  };
}

const ownerKey = ({ userId, teamId }: Facts['owners'][number]): string => (userId ? `user ${userId}` : `team ${teamId}`);
function ownerOf(key: string): Omit<OwnerCount, 'count'> {
  const [kind, id] = key.split(' ') as ['user' | 'team', string];
  return { userId: kind === 'user' ? id : null, teamId: kind === 'team' ? id : null };
}

function createTally() {
  const counts = new Map<string, number>();
  return {
    add: (key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1),
    /** The most frequent first, then by key. */
    list: (): [string, number][] => [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1)),
  };
}

/** People to tell at most. */
const MOST_PEOPLE = 1_000;

type ListMembers = (teamIds: readonly string[], limit: number) => Promise<readonly string[]>;

/** Ids of users, each once: owners first, who own most before others; then the members of teams in the same order. */
export async function listPeople(owners: readonly OwnerCount[], listMembers: ListMembers): Promise<string[]> {
  const people = new Set(owners.flatMap(({ userId }) => userId ?? []));
  const teamIds = owners.flatMap(({ teamId }) => teamId ?? []);
  // Of the members some may be owners, too.
  if (people.size < MOST_PEOPLE && teamIds.length > 0) for (const id of await listMembers(teamIds, MOST_PEOPLE)) people.add(id);
  return [...people].slice(0, MOST_PEOPLE);
}
