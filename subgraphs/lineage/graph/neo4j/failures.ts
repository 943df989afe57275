/** What goes wrong with Neo4j, as callers may see it. Neither the password nor the URL is in any of it. */
import neo4j from 'neo4j-driver';
import { AppError, TimedOut, Upstream } from '#platform/errors.ts';

const CHECK_SERVER =
  'Whether the server at NEO4J_URL runs, answers Bolt there, with or without TLS as the URL says, and can be reached from here.';
const CHECK_USER = 'NEO4J_USER and NEO4J_PASSWORD, and whether that user may read and write the database.';

const upstream = (message: string, check: string, cause?: unknown): Upstream =>
  new Upstream(message, { system: 'Neo4j', check }, { cause });

export const silent = (ms: number): Upstream =>
  upstream(`Neo4j did not answer within ${ms / 1000} s.`, `${CHECK_SERVER} It may be overloaded.`);

/** Upstream, TimedOut, or the error itself where it is our own mistake. */
export function toAppError(error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof neo4j.Neo4jError)) return error;
  const { code } = error;
  if (CONNECTION.includes(code)) return upstream('Neo4j cannot be reached.', CHECK_SERVER, error);
  if (code.startsWith('Neo.ClientError.Security.')) return upstream('Neo4j refused the user or the password.', CHECK_USER, error);
  if (code.startsWith('Neo.ClientError.Database.'))
    return upstream('Neo4j does not have the database.', 'Which home database NEO4J_USER has.', error);
  if (code.startsWith('Neo.ClientError.Transaction.TransactionTimedOut'))
    return new TimedOut('Neo4j took too long to answer this. Ask for less at once.');
  if (code.startsWith('Neo.TransientError.'))
    return upstream('Neo4j cannot answer at the moment.', "The server's log: it is starting, busy or out of memory.", error);
  return error;
}

/** The driver's own words: no connection, a lost one, none free in time, or something that does not speak Bolt. */
const CONNECTION: readonly string[] = [neo4j.error.SERVICE_UNAVAILABLE, neo4j.error.SESSION_EXPIRED, neo4j.error.PROTOCOL_ERROR, 'N/A'];
