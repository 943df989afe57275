/** Dead letters: events that a consumer gave up after its retries. Administrators see them, and have them tried again. */
import { mayEverywhere, requireReader, type Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { NotFound } from '#platform/errors.ts';
import { logPosition } from '#platform/events/append.ts';
import type { LogCursor } from '#platform/events/types.ts';
import { isId } from '#platform/ids.ts';
import type { Logger } from '#platform/logger.ts';
import type { DeadLetterMapper } from '../mappers.ts';
import { getDeadLetters, redrive } from '../store/deadLetters.ts';

type Dependencies = { database: Database; logger: Logger; onCommit: () => void };

export type DeadLetters = {
  /** Gives it as it was. NOT_FOUND also when it is being tried again by now. */
  redrive(viewer: Viewer | null, input: { id: string }): Promise<{ deadLetter: DeadLetterMapper; cursor: LogCursor }>;
};

export function createDeadLetters({ database, logger, onCommit }: Dependencies): DeadLetters {
  return {
    async redrive(viewer, { id }) {
      const known = requireReader(viewer);
      // Nobody else sees any: to them it does not exist.
      if (!mayEverywhere(known, 'administer')) throw new NotFound('dead letter', id);
      const { userId } = known;
      const result = await database.begin(async (tx) => {
        const cursor = await logPosition(tx);
        const [deadLetter] = isId(id) ? await getDeadLetters(tx, [id]) : [];
        // Of two who ask at once the second finds it being tried.
        if (!deadLetter || !(await redrive(tx, id))) throw new NotFound('dead letter', id);
        return { deadLetter, cursor };
      });
      onCommit();
      logger.info({ userId, deadLetterId: id, consumer: result.deadLetter.consumer }, 'a dead letter is tried again');
      return result;
    },
  };
}
