/** What went wrong, in sentences for people. PostgreSQL's own messages are not repeated: they may quote what nobody should see. */
import { Upstream } from '#platform/errors.ts';
import type { ReadWarning } from '../types.ts';
import { address, type Target } from './config.ts';
import { OLDEST_VERSION, sqlStateOf, type QueryFailure } from './session.ts';
import { NoAnswer, TlsFailed, TlsRefused } from './socket.ts';

export type Explanation = {
  message: string;
  /** What to look at. */
  check: string;
  /** Whether another database of the same server may still be reached. */
  otherDatabasesMayWork: boolean;
};

/** The server is older than what the catalog queries need. */
export class TooOld extends Error {}

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
};

/** Why a connection to a database could not be made. */
export function explainConnection(error: unknown, target: Target, database: string): Explanation {
  const server = `PostgreSQL at ${address(target)}`;
  const of = (message: string, check: string, otherDatabasesMayWork = false): Explanation => ({ message, check, otherDatabasesMayWork });
  if (error instanceof NoAnswer)
    return of(`${server} did not answer in time.`, 'Check host, port and firewalls, and whether a PostgreSQL server listens there.');
  if (error instanceof TlsRefused)
    return of(`${server} does not speak TLS.`, 'Switch TLS on at the server, or set sslmode to prefer or disable.');
  if (error instanceof TlsFailed) {
    return of(
      `TLS with ${server} failed: ${tlsReason(codeOf(error.cause))}.`,
      "Check the server's certificate, the certificate authority (ca) and sslmode.",
    );
  }
  if (error instanceof TooOld) return of(`${server} is older than version ${OLDEST_VERSION / 10_000}.`, 'Scan a newer server.');
  const state = sqlStateOf(error);
  if (state !== undefined) return explainRefusal(state, server, target, database, of);
  switch (codeOf(error)) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
    case 'EAI_NODATA':
      return of(`The host "${target.host}" cannot be found.`, 'Check the name of the host and the name service.');
    case 'ECONNREFUSED':
      return of(`Nothing listens at ${address(target)}.`, 'Check host and port, and whether the PostgreSQL server runs.');
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return of(`There is no way to ${address(target)}.`, 'Check the address and the network.');
    case 'ETIMEDOUT':
    case 'CONNECT_TIMEOUT':
      return of(`${server} did not answer in time.`, 'Check host, port and firewalls, and whether a PostgreSQL server listens there.');
    case 'SASL_SIGNATURE_MISMATCH':
      return of(`${server} could not prove that it knows the password.`, 'Check that this is the server you mean.');
    default:
      return of(
        `${server} ended the connection before anyone was signed in.`,
        'Check that a PostgreSQL server listens at this port, and its log.',
      );
  }
}

function explainRefusal(
  state: string,
  server: string,
  target: Target,
  database: string,
  of: (message: string, check: string, otherDatabasesMayWork?: boolean) => Explanation,
): Explanation {
  switch (state) {
    case '28P01':
      return of(`${server} refused the user "${target.user}" or the password.`, 'Check user and password.');
    case '28000':
      return of(
        `${server} does not let the user "${target.user}" into the database "${database}".`,
        'Check user, password and the pg_hba.conf of the server.',
        true,
      );
    case '3D000':
      return of(`There is no database "${database}" on ${server}.`, "Check the database's name.", true);
    case '42501':
      return of(
        `The user "${target.user}" may not connect to the database "${database}" on ${server}.`,
        'Grant CONNECT on the database to that user.',
        true,
      );
    case '55000':
      return of(
        `The database "${database}" on ${server} takes no connections.`,
        'Allow connections to it (ALTER DATABASE … ALLOW_CONNECTIONS).',
        true,
      );
    case '53300':
      return of(
        `${server} has too many connections.`,
        'Try again later, or raise max_connections or the limit of the user or database.',
        true,
      );
    case '57P03':
      return of(`${server} is starting or stopping.`, 'Try again in a moment.');
    default:
      return of(
        `${server} refused the connection to the database "${database}" (SQLSTATE ${state}).`,
        "Look this code up in the server's log.",
        true,
      );
  }
}

function tlsReason(code: string): string {
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return 'the certificate is signed by itself';
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return 'the certificate comes from an authority that is not known here';
    case 'CERT_HAS_EXPIRED':
      return 'the certificate has expired';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'the certificate is for another host name';
    default:
      return 'no secure connection came about';
  }
}

/** A connection's failure as the error that callers see. */
export function upstream(error: unknown, target: Target, database: string): Upstream {
  const { message, check } = explainConnection(error, target, database);
  return new Upstream(message, { system: `postgres://${address(target)}`, check }, { cause: error });
}

export type WarningCode =
  /** A database that was asked for could not be reached. */
  | 'DATABASE_UNREACHABLE'
  | 'DATABASE_OF_ANOTHER_SOURCE'
  /** A catalog query failed; the message names it. */
  | 'QUERY_FAILED'
  | 'CONNECTION_LOST'
  /** Another transaction holds a table so that not all of it can be read. */
  | 'RELATION_LOCKED'
  /** A relation was dropped or changed while it was read. */
  | 'RELATION_CHANGED';

export const warning = (code: WarningCode, subject: string | null, message: string): ReadWarning => ({ code, subject, message });

/** A table is there and told of, but its size cannot be had. */
export const lockedWarning = (subject: string): ReadWarning =>
  warning('RELATION_LOCKED', subject, 'Another transaction holds a lock on this relation; its size was kept as it was known.');

/** Why reading a database stopped. */
export function explainFailure(failure: QueryFailure, subject: string): ReadWarning {
  if (failure.lost) return warning('CONNECTION_LOST', subject, 'The connection to the database was lost while it was read.');
  const reason =
    failure.state === '57014'
      ? 'took too long or was cancelled at the server'
      : failure.state === '55P03'
        ? 'waited too long for a lock'
        : failure.state === '42501'
          ? 'was not permitted'
          : failure.state === '40001'
            ? 'was cancelled again and again in favour of the replay of changes'
            : 'failed';
  return warning('QUERY_FAILED', subject, `The catalog query "${failure.query}" ${reason}.`);
}
