import { pino } from 'pino';
import { expect, it } from 'vitest';
import { newId } from '#platform/ids.ts';
import { reader } from '../testing/live.ts';
import type { LiveEvent } from './logEvents.ts';
import type { Plan } from './plan.ts';
import { createSubscription, type SubscriptionDeps } from './subscription.ts';
import { scopeKeyOf } from './scopes.ts';

it('events that its filter refuses are passed over at once', async () => {
  const events = Array.from({ length: 500 }, (_, index) => ({ seq: index + 1, eventId: newId() }) as unknown as LiveEvent);
  let refused = 0;
  const plan = { interest: { matches: () => (refused++, false) } } as unknown as Plan;
  const deps = {
    feed: { listen: () => () => {}, read: (after: number) => ({ events: events.slice(after), end: events.length }) },
    logger: pino({ level: 'silent' }),
  } as unknown as SubscriptionDeps;
  const subscription = createSubscription(
    deps,
    plan,
    { epoch: 'e', seq: 0 },
    {
      subscriber: () => ({ viewer: reader, scopeKey: scopeKeyOf(reader), address: '' }),
      inTurn: (work) => work(),
      write: () => expect.unreachable('nothing is sent'),
      onSlow: () => expect.unreachable('nothing waits'),
    },
  );
  const running = subscription.run();
  // As many turns as it takes to look at the feed, and far fewer than there are events.
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  expect(refused).toBe(events.length);
  subscription.close();
  await running;
});
