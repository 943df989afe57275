/** The payloads of events. Each is made once for all who would get the same: one operation, its variables, and what a viewer may see. */
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { createTurns } from '#platform/turns.ts';
import type { LiveEvent } from './logEvents.ts';
import type { Plan } from './plan.ts';
import type { Subscriber } from './subscribers.ts';

/** Over all subscriptions of this router, and of one group: many events at once hold up nobody else's. */
const MOST_EXECUTIONS = 16;
const MOST_OF_ONE_GROUP = 4;
/** Whoever comes a moment later shares what was made a moment before: never older than its event, and soon made anew. */
const SHARED_MS = 1_000;
const MOST_SHARED = 5_000;
const MOST_CHARACTERS = 64_000_000;

/** Executes a query for a subscriber, who paid for it by subscribing. Never throws. */
export type ExecuteQuery = (
  operation: { query: string; variables: Record<string, unknown> },
  subscriber: Subscriber,
) => Promise<FormattedExecutionResult>;

export type Payloads = {
  /** The payload of an event as JSON: `{"data": …, "errors": …}`. */
  of: (plan: Plan, event: LiveEvent, cursor: string, subscriber: Subscriber) => Promise<string>;
};

/** `sightVersion`: another number when the same roles may see something else. */
export function createPayloads({ execute, sightVersion }: { execute: ExecuteQuery; sightVersion: () => number }): Payloads {
  const turns = createTurns({ limit: MOST_EXECUTIONS, perKey: MOST_OF_ONE_GROUP });
  const making = new Map<string, Promise<string>>();
  const made = new LRUCache<string, string>({
    max: MOST_SHARED,
    ttl: SHARED_MS,
    maxSize: MOST_CHARACTERS,
    sizeCalculation: (text) => text.length,
  });

  async function make(plan: Plan, event: LiveEvent, cursor: string, subscriber: Subscriber, group: string): Promise<string> {
    if (!plan.query) return JSON.stringify({ data: plan.assemble(event, cursor, null) });
    const giveBack = await turns.take(group);
    try {
      const { data, errors } = await execute({ query: plan.query.text, variables: plan.query.variablesFor(event) }, subscriber);
      return JSON.stringify({
        data: plan.assemble(event, cursor, data ?? null),
        ...(errors && { errors: errors.map((error) => placeError(error, plan)) }),
      });
    } finally {
      giveBack();
    }
  }

  return {
    async of(plan, event, cursor, subscriber) {
      const group = `${plan.key} ${plan.isPersonal ? subscriber.viewer.userId : ''} ${subscriber.scopeKey}`;
      const key = `${event.seq} ${sightVersion()} ${group}`;
      const known = made.get(key) ?? making.get(key);
      if (known !== undefined) return known;
      const payload = make(plan, event, cursor, subscriber, group);
      making.set(key, payload);
      try {
        const text = await payload;
        made.set(key, text);
        return text;
      } finally {
        making.delete(key);
      }
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
