/** The root fields of the event log: in log order, what the viewer may see. */
import { requireReader } from '#platform/auth/viewer.ts';
import { InvalidInput } from '#platform/errors.ts';
import { formatLogCursor } from '#platform/events/cursor.ts';
import { countEvents, listEvents, resolveLogCursor } from '#platform/events/log.ts';
import { pageSize, toConnection } from '#platform/graphql/connections.ts';
import { checkText } from '#platform/graphql/inputs.ts';
import { isId } from '#platform/ids.ts';
import type { QueryResolvers } from '#generated/identity.ts';
import type { IdentityContext } from '../context.ts';

const MAX_TYPES = 100;
const NOBODY = '00000000-0000-0000-0000-000000000000';

export function createEventQueries({ database, loaders }: IdentityContext): Required<Pick<QueryResolvers, 'event' | 'events'>> {
  return {
    event: async (_parent, { id }, context) => {
      requireReader(context.viewer);
      return await loaders.of(context).event.load(id);
    },

    events: async (_parent, args, context) => {
      requireReader(context.viewer);
      const first = pageSize(args.first);
      if (args.types && args.types.length > MAX_TYPES)
        throw new InvalidInput(`At most ${MAX_TYPES} types can be asked for at a time.`, 'types');
      const subject = args.subject == null ? null : checkText(args.subject, 'subject', { max: 200 });
      // Nobody has such an id: what it did is nothing.
      const actorId = args.actorId == null ? null : isId(args.actorId) ? args.actorId : NOBODY;
      const scope = await loaders.of(context).eventScope();
      const { epoch, afterSeq } = await resolveLogCursor(database, args.after);
      const filter = { types: args.types, subject, actorId, since: args.since, until: args.until, scope };
      const from =
        args.direction === 'DESC' ? ({ afterSeq: args.after == null ? null : afterSeq, newestFirst: true } as const) : { afterSeq };
      const rows = await listEvents(database, { ...filter, ...from, limit: first + 1 });
      const cursorOf = ({ seq }: { seq: number }): string => formatLogCursor({ epoch, seq });
      return toConnection(rows, { first, after: args.after ?? null }, cursorOf, () => countEvents(database, filter));
    },
  };
}
