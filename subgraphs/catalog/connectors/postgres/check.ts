/** Looks whether a server can be reached and what of it could be read. */
import { performance } from 'node:perf_hooks';
import type { CheckResult } from '../types.ts';
import { address, databaseNames, resolveTarget, type PostgresConfig, type Target } from './config.ts';
import { explainConnection, TooOld } from './explain.ts';
import { OLDEST_VERSION, openSession, sqlStateOf, type Session } from './session.ts';

const CONNECT_LIMIT_MS = 9_000;
const LIMIT_MS = 11_500;

type Permission = [name: string, exists: boolean, mayConnect: boolean];

export async function check(config: PostgresConfig, signal: AbortSignal): Promise<CheckResult> {
  const target = resolveTarget(config);
  const wanted = databaseNames(config);
  const entries = entryDatabases(target, wanted);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  const failed = (error: unknown, database: string, known: Partial<CheckResult> = {}): CheckResult => {
    signal.throwIfAborted();
    const { message, check: advice } = explainConnection(error, target, database);
    return { ok: false, message: `${message} ${advice}`, latencyMs: null, serverVersion: null, missingPermissions: [], ...known };
  };
  let session: Session | undefined;
  for (const [position, database] of entries.entries()) {
    try {
      session = await openSession(target, database, { signal: limit, faults: new Set(), connectLimitMs: CONNECT_LIMIT_MS });
      break;
    } catch (error) {
      const last = position === entries.length - 1 || !explainConnection(error, target, database).otherDatabasesMayWork;
      if (last) {
        const missingPermissions = sqlStateOf(error) === '42501' ? [`CONNECT on database ${database}`] : [];
        return failed(error, database, { missingPermissions });
      }
    }
  }
  if (!session) return failed(undefined, target.database);
  const { version, versionNumber } = session;
  try {
    if (versionNumber < OLDEST_VERSION) return failed(new TooOld(), target.database, { serverVersion: version });
    const begun = performance.now();
    const permissions = await session.query<Permission>('databases', permissionsOf(wanted));
    const latencyMs = Math.max(1, Math.round(performance.now() - begun));
    return { ...verdict(target, permissions), latencyMs, serverVersion: version };
  } catch (error) {
    return failed(error, target.database, { serverVersion: version });
  } finally {
    await session.close();
  }
}

/** Where to try to get in: the database of the config, or any of the list. */
function entryDatabases(target: Target, wanted: readonly string[]): string[] {
  const candidates = wanted.includes('*') ? [target.database, ...(target.databaseGiven ? [] : ['postgres'])] : [...wanted, 'postgres'];
  return [...new Set(candidates)].slice(0, 5);
}

const permissionsOf = (wanted: readonly string[]): string =>
  wanted.includes('*')
    ? `select datname, true, has_database_privilege(oid, 'CONNECT') from pg_database where datallowconn and not datistemplate order by 1`
    : `select wanted.name, d.oid is not null and d.datallowconn, coalesce(has_database_privilege(d.oid, 'CONNECT'), false)
       from unnest(array[${wanted.map(literal).join(',')}]) with ordinality as wanted(name, position)
         left join pg_database d on d.datname = wanted.name order by wanted.position`;

/** A string constant of the server, whatever its settings for backslashes. */
const literal = (text: string): string => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

function verdict(target: Target, permissions: readonly Permission[]): Pick<CheckResult, 'ok' | 'message' | 'missingPermissions'> {
  const absent = permissions.filter(([, exists]) => !exists).map(([name]) => `"${name}"`);
  const closed = permissions.filter(([, exists, may]) => exists && !may).map(([name]) => name);
  const readable = permissions.length - absent.length - closed.length;
  const server = `PostgreSQL at ${address(target)}`;
  const parts = [
    readable === 0
      ? `Reached ${server}, but none of the databases can be read.`
      : `Reached ${server}; ${readable === 1 ? 'one database' : `${readable} databases`} can be read.`,
    ...(absent.length > 0 ? [`There is no database ${absent.join(', ')}: check the names.`] : []),
    ...(closed.length > 0 ? [`The user "${target.user}" lacks CONNECT on ${closed.map((name) => `"${name}"`).join(', ')}: grant it.`] : []),
  ];
  return {
    ok: readable > 0 && absent.length === 0,
    message: parts.join(' '),
    missingPermissions: closed.map((name) => `CONNECT on database ${name}`),
  };
}
