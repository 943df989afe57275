/** The payloads of events. Each is made once for all who would get the same: one operation, its variables, and what a viewer may see. */
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { tellsOfOutage } from '#platform/database/outage.ts';
import { createTurns } from '#platform/turns.ts';
import { callAll, type OnReady } from './calls.ts';
import type { LiveEvent } from './logEvents.ts';
import type { Plan } from './plan.ts';
import type { Subscriber } from './subscribers.ts';

/** Over all subscriptions of this router, and for one user: whatever somebody subscribes to holds up nobody else. */
const MOST_EXECUTIONS = 16;
const MOST_OF_ONE_USER = 8;
/** Whoever comes a moment later shares what was made a moment before: never older than its event, and soon made anew. */
const SHARED_MS = 1_000;
const MOST_SHARED = 5_000;
const MOST_CHARACTERS = 64_000_000;

/** Executes a query for a subscriber, who paid for it by subscribing. Never throws. */
export type ExecuteQuery = (
  operation: { query: string; variables: Record<string, unknown> },
  subscriber: Subscriber,
  signal: AbortSignal,
) => Promise<FormattedExecutionResult>;

export type Payloads = {
  /**
   * The payload of an event as JSON: `{"data": …, "errors": …}`. Rejects when the database is away, and once `signal` is aborted, if nobody
   * else waits for it.
   */
  of: (plan: Plan, event: LiveEvent, cursor: string, subscriber: Subscriber, signal: AbortSignal) => Promise<string>;
  /** The same without waiting: null when somebody of this user waits for it, and then `onReady` is called; undefined when nobody does. */
  look: (plan: Plan, cursor: string, subscriber: Subscriber, onReady: OnReady) => string | null | undefined;
};

/** One that is being made, for all who wait for it. */
type Making = {
  text: PromiseWithResolvers<string>;
  /** Users who take turns for it: it is made in the first turn that one of them has. */
  users: Set<string>;
  waiting: number;
  /** Who looks again once it is made. Nothing is made for them alone. */
  looking: Set<OnReady>;
  /** Aborted once it has begun, or nobody waits for it. */
  queued: AbortController;
  /** Aborted when nobody waits for it. */
  wanted: AbortController;
};

/** `sightVersion`: another number when the same roles may see something else. */
export function createPayloads({ execute, sightVersion }: { execute: ExecuteQuery; sightVersion: () => number }): Payloads {
  const turns = createTurns({ limit: MOST_EXECUTIONS, perKey: MOST_OF_ONE_USER });
  const makings = new Map<string, Making>();
  const made = new LRUCache<string, string>({
    max: MOST_SHARED,
    ttl: SHARED_MS,
    maxSize: MOST_CHARACTERS,
    sizeCalculation: (text) => text.length,
  });

  async function ask(query: NonNullable<Plan['query']>, plan: Plan, event: LiveEvent, cursor: string, by: Subscriber, signal: AbortSignal) {
    const { data, errors } = await execute({ query: query.text, variables: query.variablesFor(event) }, by, signal);
    // The subscription asks for it again: an event is told once, and by then there is something to tell.
    if (errors?.some(tellsOfOutage)) throw new Error('The database was away when a payload was made.');
    return JSON.stringify({
      data: plan.assemble(event, cursor, data ?? null),
      ...(errors && { errors: errors.map((error) => placeError(error, plan)) }),
    });
  }

  /** In a turn of this user, unless it has begun in one of another. */
  async function makeInTurn(making: Making, user: string, make: () => Promise<string>): Promise<void> {
    const giveBack = await turns.take(user, making.queued.signal).catch(() => undefined);
    if (!giveBack) return;
    try {
      if (making.queued.signal.aborted) return;
      making.queued.abort();
      making.text.resolve(await make());
    } catch (error) {
      making.text.reject(error);
    } finally {
      giveBack();
    }
  }

  function begin(key: string): Making {
    const [text, queued, wanted] = [Promise.withResolvers<string>(), new AbortController(), new AbortController()];
    const making: Making = { text, queued, wanted, users: new Set(), waiting: 0, looking: new Set() };
    makings.set(key, making);
    const end = (isMade: boolean): void => {
      if (makings.get(key) === making) makings.delete(key);
      void callAll(making.looking, isMade);
    };
    text.promise.then(
      (done) => (made.set(key, done), end(true)),
      () => end(false),
    );
    return making;
  }

  /** Resolves with it; when the last one leaves, nothing is made any more. */
  async function wait(making: Making, signal: AbortSignal, key: string): Promise<string> {
    const leave = (): void => {
      making.waiting -= 1;
      if (making.waiting > 0) return;
      if (makings.get(key) === making) makings.delete(key);
      making.text.reject(signal.reason);
      making.queued.abort();
      making.wanted.abort();
    };
    making.waiting += 1;
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await making.text.promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  const keyOf = (plan: Plan, cursor: string, { viewer, scopeKey }: Subscriber): string =>
    `${cursor} ${sightVersion()} ${plan.key} ${plan.isPersonal ? viewer.userId : ''} ${scopeKey}`;

  return {
    look(plan, cursor, subscriber, onReady) {
      const key = keyOf(plan, cursor, subscriber);
      const known = made.get(key);
      if (known !== undefined) return known;
      const making = makings.get(key);
      if (!making?.users.has(subscriber.viewer.userId)) return undefined;
      making.looking.add(onReady);
      return null;
    },
    async of(plan, event, cursor, subscriber, signal) {
      signal.throwIfAborted();
      const { query } = plan;
      const user = subscriber.viewer.userId;
      const key = keyOf(plan, cursor, subscriber);
      const known = made.get(key);
      if (known !== undefined) return known;
      if (!query) {
        const text = JSON.stringify({ data: plan.assemble(event, cursor, null) });
        made.set(key, text);
        return text;
      }
      const making = makings.get(key) ?? begin(key);
      if (!making.users.has(user)) {
        making.users.add(user);
        void makeInTurn(making, user, () => ask(query, plan, event, cursor, subscriber, making.wanted.signal));
      }
      return wait(making, signal, key);
    },
  };
}

/** Below the root field; an error of the query as a whole is the entity's. */
function placeError({ message, path, extensions }: GraphQLFormattedError, plan: Plan): GraphQLFormattedError {
  const [entityKey] = plan.entityKeys;
  return {
    message,
    path: [plan.responseKey, ...(path ?? (entityKey === undefined ? [] : [entityKey]))],
    ...(extensions && { extensions }),
  };
}
