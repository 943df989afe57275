/** What each user may take of what all share: subscriptions, and looks at the log for those who resume. */
import { TooMuch } from '#platform/errors.ts';
import { createTurns } from '#platform/turns.ts';
import { createCounts } from './counts.ts';

/** At a time, over all sockets of one user; whoever may have more sockets than that may have one on each. */
const MOST_SUBSCRIPTIONS = 500;
/** Pages of the log at a time, over all and for one user: the pool has more connections, for the feed. */
const MOST_PAGES = { limit: 2, perKey: 1 };

/** Reads a page of the log when it is the user's turn. Rejects when the operation has ended by then. */
export type InTurn = <Result>(read: () => Promise<Result>) => Promise<Result>;

export type Shares = {
  /** One more subscription, until what it gives is called. RATE_LIMITED when there are too many. */
  take: (userId: string) => () => void;
  inTurnOf: (userId: string, signal: AbortSignal) => InTurn;
};

export function createShares({ maxPerUser }: { maxPerUser: number }): Shares {
  const most = Math.max(MOST_SUBSCRIPTIONS, maxPerUser);
  const subscriptions = createCounts();
  const pages = createTurns(MOST_PAGES);
  return {
    take(userId) {
      if (subscriptions.of(userId) >= most) {
        throw new TooMuch(
          'RATE_LIMITED',
          `At most ${most} subscriptions at a time are possible for one user. Complete some first, or ask for more in one by its filter.`,
          { retryAfterMs: 1_000, limit: most },
        );
      }
      subscriptions.add(userId);
      let isTaken = true;
      return () => {
        if (isTaken) subscriptions.remove(userId);
        isTaken = false;
      };
    },
    inTurnOf: (userId, signal) => async (read) => {
      const giveBack = await pages.take(userId, signal);
      try {
        signal.throwIfAborted();
        return await read();
      } finally {
        giveBack();
      }
    },
  };
}
