/** What the bell holds: the last fifty, kept in this browser for each person. */
import { useSyncExternalStore } from 'react';
import type { Severity } from '@/components/ui/severity';
import type { Status } from '@/components/ui/status';

export type Notice = {
  /** Of the violation, run or dead letter: the same one is told once. */
  id: string;
  /** What belongs together: a policy, a source. */
  group: string;
  /** `Tables have an owner`, `demo_shop`. */
  label: string;
  /** Of this one: shown where it is alone. */
  text: string;
  /** `in demo_shop`. */
  place: string;
  /** Of this one, and of all of its group. */
  href: string;
  groupHref: string;
  severity?: Severity;
  status?: Status;
  /** ISO 8601. */
  at: string;
  isRead: boolean;
};
/** `cursors`: how far the log was told, by subscription: the next visit goes on from there. */
type Kept = { notices: readonly Notice[]; cursors: Readonly<Record<string, string>> };

export const MOST = 50;
const NOTHING: Kept = { notices: [], cursors: {} };
const listeners = new Set<() => void>();
let owner: string | undefined;
let kept: Kept = NOTHING;

const keyOf = (userId: string): string => `pursight.notices.${userId}`;

function read(userId: string): Kept {
  try {
    return { ...NOTHING, ...(JSON.parse(localStorage.getItem(keyOf(userId)) ?? '{}') as Partial<Kept>) };
  } catch {
    return NOTHING; // blocked or broken storage: the bell begins empty
  }
}
function tell(next: Kept): void {
  kept = next;
  for (const listener of listeners) listener();
}
function keep(next: Kept): void {
  tell(next);
  try {
    if (owner) localStorage.setItem(keyOf(owner), JSON.stringify(next));
  } catch {
    // it holds for this page then
  }
}

/** As kept for this person; another window's changes come by themselves. */
export function openNotices(userId: string): Kept {
  if (owner !== userId) {
    owner = userId;
    kept = read(userId);
  }
  return kept;
}
export function followOtherWindows(): () => void {
  const onStorage = ({ key }: StorageEvent) => owner && key === keyOf(owner) && tell(read(owner));
  addEventListener('storage', onStorage);
  return () => removeEventListener('storage', onStorage);
}

/** The newest first; what was told before is left out. Gives back those that are new. */
export function merge(before: readonly Notice[], added: readonly Notice[]): { notices: Notice[]; fresh: Notice[] } {
  const known = new Set(before.map(({ id }) => id));
  const fresh = [...new Map(added.filter(({ id }) => !known.has(id)).map((notice) => [notice.id, notice])).values()];
  const notices = [...fresh, ...before].toSorted((a, b) => b.at.localeCompare(a.at)).slice(0, MOST);
  return { notices, fresh };
}

export function addNotices(added: readonly Notice[], cursors: Readonly<Record<string, string>>): Notice[] {
  const { notices, fresh } = merge(kept.notices, added);
  keep({ notices, cursors: { ...kept.cursors, ...cursors } });
  return fresh;
}
/** All, or those of a group. */
export const markRead = (group?: string): void =>
  keep({ ...kept, notices: kept.notices.map((notice) => (!group || notice.group === group ? { ...notice, isRead: true } : notice)) });

export type Group = { key: string; notices: readonly Notice[]; isRead: boolean };

/** By policy or source, in the order of each one's newest. */
export function groupsOf(notices: readonly Notice[]): Group[] {
  const groups = new Map<string, Notice[]>();
  for (const notice of notices) groups.set(notice.group, [...(groups.get(notice.group) ?? []), notice]);
  return [...groups].map(([key, members]) => ({ key, notices: members, isRead: members.every(({ isRead }) => isRead) }));
}

export const useNotices = (): readonly Notice[] =>
  useSyncExternalStore(
    (listener) => (listeners.add(listener), () => listeners.delete(listener)),
    () => kept.notices,
    () => NOTHING.notices,
  );
