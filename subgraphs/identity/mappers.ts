/** What the resolvers of each GraphQL type get as their parent. */
import type { LogEvent } from '#platform/events/types.ts';
import type { Connection } from '#platform/graphql/connections.ts';
import type { CountedRead } from './store/reads.ts';
import type { ApiTokenRow, TeamRow, UserRow } from './store/tables/user.ts';

/** Never with the password's hash. */
export type UserMapper = Pick<UserRow, 'id' | 'email' | 'name'>;
export type TeamMapper = Pick<TeamRow, 'id' | 'name' | 'version'>;
/** Never with the secret's hash. */
export type ApiTokenMapper = Pick<ApiTokenRow, 'id' | 'name' | 'scopes' | 'createdAt' | 'expiresAt' | 'lastUsedAt' | 'revokedAt'>;
export type EventMapper = LogEvent;
/** `eventId` null: the log holds the event no more. */
export type DeadLetterMapper = {
  id: string;
  consumer: string;
  attempts: number;
  lastError: string;
  failedAt: Date;
  eventId: string | null;
};
/** Its place in the chain of batches. */
export type AuditedReadMapper = CountedRead & { batch: number; number: number };
export type UserConnectionMapper = Connection<UserMapper>;
export type TeamConnectionMapper = Connection<TeamMapper>;
export type EventConnectionMapper = Connection<EventMapper>;
export type DeadLetterConnectionMapper = Connection<DeadLetterMapper>;
export type AuditedReadConnectionMapper = Connection<AuditedReadMapper>;
export type ApiTokenConnectionMapper = Connection<ApiTokenMapper>;
