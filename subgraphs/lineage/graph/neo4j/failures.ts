/** What goes wrong with Neo4j, as callers may see it. Neither the password nor the URL is in any of it. */
import neo4j from 'neo4j-driver';
import { AppError, TimedOut, Upstream } from '#platform/errors.ts';

/** It cannot be reached, or lets nobody in: so it is for everybody, and not because of what was asked. */
export class Away extends Upstream {}
/** It refuses the password. Who tries on and on locks out those who have the right one, too. */
export class Refused extends Away {
  /** How long it is not asked again. */
  readonly forMs: number;
  constructor(message: string, check: string, forMs: number, options: ErrorOptions) {
    super(message, about(check), options);
    this.forMs = forMs;
  }
}

/** An index or a constraint was taken away, or is still being filled: so it is for some questions, until it is there again. */
export class Unindexed extends Upstream {}

/** Neo4j locks a user out for 5 s after three wrong passwords, also those who have the right one. */
const LOCKED_OUT_MS = 5_000;
/** A wrong password stays so until somebody does something: it is given far less often than locks the user out. */
const WRONG_MS = 20_000;

const CHECK_SERVER =
  'Whether the server at NEO4J_URL runs, answers Bolt there, with or without TLS as the URL says, and can be reached from here.';
const CHECK_USER = 'NEO4J_USER and NEO4J_PASSWORD, and whether that user may read and write the database.';
const CHECK_LOG = "The server's log: whether its disk or its memory is full, or the database may only be read.";
const CHECK_OTHERS = 'NEO4J_PASSWORD here, and whether something else signs in as NEO4J_USER with a wrong password.';

const CHECK_INDEXES = 'Whether a worker runs, which brings them back within a minute, and what it logs.';

const about = (check: string): { system: string; check: string } => ({ system: 'Neo4j', check });

export const silent = (ms: number): Away =>
  new Away(`Neo4j did not answer within ${ms / 1000} s.`, about(`${CHECK_SERVER} It may be overloaded.`));
export const closed = (): Away =>
  new Away('Neo4j is asked no more: PurSight is stopping.', about('Whether PurSight was stopped, and runs again.'));
export const TOO_LONG = 'Neo4j took too long to answer this. Ask for less at once.';

const isNeo4jError = (error: unknown): error is InstanceType<typeof neo4j.Neo4jError> => error instanceof neo4j.Neo4jError;

/** The server itself has said this, so it is there. */
export const isAnswer = (error: unknown): boolean => isNeo4jError(error) && error.code.startsWith('Neo.');
/** A connection was taken and nothing said on it, or all of them wait for an answer. */
export const isSilence = (error: unknown): boolean => isNeo4jError(error) && error.message.startsWith('Connection acquisition timed out');

/** There is no code for it: most statements are run without the index then, and slowly; others cannot. */
const isUnindexed = ({ code, message }: { code: string; message: string }): boolean =>
  code === 'Neo.ClientError.Schema.IndexNotFound' ||
  (code === 'Neo.DatabaseError.Statement.ExecutionFailed' && message.startsWith('Failed to fulfil the hints'));

/** Upstream, TimedOut, or the error itself where it is our own mistake. */
export function toAppError(error: unknown): unknown {
  if (error instanceof AppError || !isNeo4jError(error)) return error;
  const { code } = error;
  const options = { cause: error };
  if (CONNECTION.includes(code)) return new Away('Neo4j cannot be reached.', about(CHECK_SERVER), options);
  if (code === 'Neo.ClientError.Security.AuthenticationRateLimit')
    return new Refused(
      'Neo4j lets its user in no more for some seconds: wrong passwords were given.',
      CHECK_OTHERS,
      LOCKED_OUT_MS,
      options,
    );
  if (code === 'Neo.ClientError.Security.Unauthorized')
    return new Refused('Neo4j refused the user or the password.', CHECK_USER, WRONG_MS, options);
  if (code.startsWith('Neo.ClientError.Security.')) return new Away('Neo4j refused the user.', about(CHECK_USER), options);
  if (code.startsWith('Neo.ClientError.Database.'))
    return new Upstream('Neo4j does not have the database.', about('Which home database NEO4J_USER has.'), options);
  if (code.startsWith('Neo.ClientError.Transaction.TransactionTimedOut')) return new TimedOut(TOO_LONG);
  if (code.startsWith('Neo.ClientError.Cluster.'))
    return new Upstream('Neo4j is a cluster, and this one of it may not write.', about('Whether NEO4J_URL begins with neo4j://.'), options);
  // So does the driver call what a transaction was ended by: an operator, a server that stops, or one that lost its leader.
  if (code.startsWith('Neo.TransientError.') || code.startsWith('Neo.ClientError.Transaction.'))
    return new Upstream(
      'Neo4j cannot answer at the moment.',
      about("The server's log: it is starting, stopping, busy or out of memory."),
      options,
    );
  if (isUnindexed(error)) return new Unindexed('Neo4j has not got all its indexes and constraints.', about(CHECK_INDEXES), options);
  if (OURS.some((start) => code.startsWith(start))) return error;
  return new Upstream('Neo4j failed.', about(CHECK_LOG), options);
}

/** The driver's own words: no connection, a lost one, none free in time, or something that does not speak Bolt. */
const CONNECTION: readonly string[] = [neo4j.error.SERVICE_UNAVAILABLE, neo4j.error.SESSION_EXPIRED, neo4j.error.PROTOCOL_ERROR, 'N/A'];
/** What is wrong in a statement. */
const OURS: readonly string[] = ['Neo.ClientError.Statement.', 'Neo.ClientError.Schema.'];
