/** What each viewer may see of the log, kept for as long as nothing changed that it depends on. */
import type { Database } from '#platform/database/index.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import { eventScope, type EventScope } from '#platform/events/visibility.ts';
import { LRUCache } from 'lru-cache';
import { callAll, type OnReady } from './calls.ts';
import type { LiveEvent } from './logEvents.ts';

/** What no event tells of (a class that was made without one) counts after this long. */
const KEPT_MS = 5_000;
const MOST = 10_000;

/** Viewers with one text see the same: their roles, in one order. */
export const scopeKeyOf = ({ roles }: Viewer): string =>
  JSON.stringify(roles.map(({ role, sourceId, domainId }) => [role, sourceId, domainId]).sort());

export type Scopes = {
  /** By `scopeKeyOf`. A database that is away rejects. */
  of: (viewer: Viewer, scopeKey: string) => Promise<EventScope>;
  /** The same without waiting: null when it is being asked for, and then `onReady` is called; undefined when nobody asks. */
  look: (scopeKey: string, onReady: OnReady) => EventScope | null | undefined;
  /** Looks whether these events change what anybody may see. Before they are delivered. */
  observe: (events: readonly LiveEvent[]) => void;
  /** What was not observed may have changed anything. */
  forget: () => void;
  /** Another number whenever what was known is forgotten: what was made under an older one is not shared any more. */
  version: () => number;
};

/** `scope`: once it is there. */
type Kept = { asked: Promise<EventScope>; scope: EventScope | null; waiting: Set<OnReady> };

export function createScopes(sql: Database): Scopes {
  const kept = new LRUCache<string, Kept>({ max: MOST, ttl: KEPT_MS });
  const knownClasses = new Set<number>();
  let version = 0;

  function isNewClass(id: number | undefined): boolean {
    if (id === undefined || knownClasses.has(id)) return false;
    knownClasses.add(id);
    return true;
  }

  /** A class is looked at even when another one told already. */
  const changesSight = ({ type, attributes }: LiveEvent): boolean => {
    const [before, after] = [isNewClass(attributes.accessBefore), isNewClass(attributes.accessAfter)];
    return before || after || type.startsWith('domain.') || type === 'identity.rolesChanged';
  };

  function forget(): void {
    version += 1;
    kept.clear();
  }

  return {
    of(viewer, scopeKey) {
      const known = kept.get(scopeKey);
      if (known) return known.asked;
      const asking: Kept = { asked: eventScope(sql, viewer), scope: null, waiting: new Set() };
      kept.set(scopeKey, asking);
      asking.asked.then(
        (scope) => {
          asking.scope = scope;
          void callAll(asking.waiting, true);
        },
        () => {
          if (kept.get(scopeKey) === asking) kept.delete(scopeKey);
          void callAll(asking.waiting, false);
        },
      );
      return asking.asked;
    },
    look(scopeKey, onReady) {
      const known = kept.get(scopeKey);
      if (known?.scope === null) known.waiting.add(onReady);
      return known?.scope;
    },
    observe(events) {
      if (events.filter(changesSight).length > 0) forget();
    },
    forget,
    version: () => version,
  };
}
