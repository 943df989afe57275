/** Roles over a domain go with it. They cover nothing from the removal on; here the assignments are taken away as well. */
import type { Database } from '#platform/database/index.ts';
import { append } from '#platform/events/append.ts';
import { createConsumer, type Consumer } from '#platform/events/consumer.ts';
import type { NewEvent } from '#platform/events/types.ts';
import type { Logger } from '#platform/logger.ts';
import { deleteRolesOverDomains, getRolesByUser, listUsersWithRolesOver, lockAdministrators } from '../store/users.ts';

type Dependencies = { database: Database; now: () => Date; logger: Logger; faults?: ReadonlySet<string> };

/** Idempotent: a removal that is handled again finds nothing to take away. */
export function createRemovedDomains({ database: sql, now, logger, faults }: Dependencies): Consumer {
  return createConsumer({
    sql,
    name: 'identity.domains',
    types: ['domain.removed'],
    logger,
    faults,
    async handle(tx, events) {
      const domainIds = events.flatMap((event) => event.subject ?? []);
      // As every change of roles does: what is told as before and after must be.
      await lockAdministrators(tx);
      const userIds = await listUsersWithRolesOver(tx, domainIds);
      if (userIds.length === 0) return;
      const before = Map.groupBy(await getRolesByUser(tx, userIds), (row) => row.userId);
      await deleteRolesOverDomains(tx, domainIds);
      const removed = new Set(domainIds);
      await append(
        tx,
        'identity',
        [...before].map(([userId, rows]): NewEvent => {
          const roles = rows.map(({ role, sourceId, domainId }) => ({ role, sourceId, domainId }));
          const after = roles.filter(({ domainId }) => domainId === null || !removed.has(domainId));
          return { type: 'identity.rolesChanged', subject: userId, actorId: null, data: { before: roles, after } };
        }),
        now(),
      );
    },
  });
}
