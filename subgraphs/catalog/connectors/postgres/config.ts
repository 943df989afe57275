/** What a person fills in to reach a PostgreSQL server, and the one target that both of its shapes mean. */
import { isIP } from 'node:net';
import { z } from 'zod';

export const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** A URL's parameters that are understood; those but `sslmode` are accepted because drivers and hosters add them, and change nothing here. */
const URL_PARAMETERS = new Set([
  'sslmode',
  'sslrootcert',
  'application_name',
  'connect_timeout',
  'channel_binding',
  'target_session_attrs',
  'gssencmode',
]);
const MASK = '***';
const DEFAULT_PORT = 5432;
/** PostgreSQL cuts longer identifiers, so a longer one can only be a mistake. */
const IDENTIFIER_BYTES = 63;

const text = (most: number) =>
  z
    .string()
    .min(1, { error: 'must not be empty' })
    .max(most, { error: `must not be longer than ${most} characters` })
    .refine((value) => !value.includes('\0') && value.isWellFormed(), { error: 'must not hold NUL or broken Unicode' });
const identifier = text(IDENTIFIER_BYTES).refine((value) => Buffer.byteLength(value) <= IDENTIFIER_BYTES, {
  error: `must not be longer than ${IDENTIFIER_BYTES} bytes, PostgreSQL's own limit`,
});

/** One flat object, so that an issue's path names the field and a form can be drawn from the JSON schema. */
export const configSchema = z
  .strictObject({
    url: text(4096)
      .optional()
      .meta({ title: 'URL', description: 'postgres://user:password@host:port/database?sslmode=…, instead of the fields below' }),
    host: text(255).optional().meta({ title: 'Host' }),
    port: z
      .int()
      .min(1)
      .max(65535)
      .optional()
      .meta({ title: 'Port', description: `${DEFAULT_PORT} unless given` }),
    database: identifier.optional().meta({ title: 'Database', description: "The user's name unless given" }),
    user: identifier.optional().meta({ title: 'User' }),
    password: text(4096).optional().meta({ title: 'Password', format: 'password' }),
    ssl: z
      .union([z.boolean(), z.enum(SSL_MODES)])
      .optional()
      .meta({ title: 'TLS', description: 'prefer unless given; true means require, false means disable' }),
    ca: text(64 * 1024)
      .optional()
      .meta({ title: 'Certificate authority', description: 'PEM; the usual public ones unless given. For verify-ca and verify-full' }),
    databases: z
      .array(identifier)
      .min(1, { error: 'name at least one database, or "*" for all' })
      .max(1000)
      .refine((names) => new Set(names).size === names.length, { error: 'names a database twice' })
      .refine((names) => names.length === 1 || !names.includes('*'), { error: '"*" means all databases and stands alone' })
      .optional()
      .meta({ title: 'Databases', description: 'Others of the server to read as well, or "*" for all' }),
  })
  .superRefine((config, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (config.url !== undefined) {
      for (const field of ['host', 'port', 'database', 'user', 'password', 'ssl'] as const) {
        if (config[field] !== undefined) issue(field, 'is part of the URL: give the URL or the fields, not both');
      }
      const problem = parseUrl(config.url);
      if (typeof problem === 'string') issue('url', problem);
      return;
    }
    if (config.host === undefined) issue(config.user === undefined ? 'url' : 'host', 'is needed: give a URL, or host and user');
    else if (!isHost(config.host)) issue('host', 'must be a host name or an IP address');
    if (config.host !== undefined && config.user === undefined) issue('user', 'is needed');
  });

export type PostgresConfig = z.infer<typeof configSchema>;

/** Where to connect to, whichever shape it was given in. */
export type Target = {
  host: string;
  port: number;
  user: string;
  password: string | null;
  /** What to connect to when no list is given, or to read the list of all. */
  database: string;
  databaseGiven: boolean;
  ssl: SslMode;
  ca: string | null;
};

type UrlParts = Omit<Target, 'ca' | 'databaseGiven' | 'database'> & { database: string | null };

const bareHost = (host: string): string => (host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host);

function isHost(host: string): boolean {
  const bare = bareHost(host);
  if (isIP(bare.split('%')[0]!)) return true;
  return host === bare && /^[\p{L}\p{N}_.-]+$/u.test(host);
}

/** The parts of a URL, or what is wrong with it. The sentence never repeats any of the URL: it holds a password. */
function parseUrl(given: string): UrlParts | string {
  if (!/^postgres(ql)?:\/\//i.test(given)) return 'must begin with postgres:// or postgresql://';
  if (!URL.canParse(given))
    return 'is not a URL: write postgres://user:password@host:port/database, and special characters percent-encoded (@ as %40, # as %23)';
  const url = new URL(given);
  if (url.hash) return 'holds a "#": write it as %23';
  let parts: { host: string; user: string; password: string; database: string };
  try {
    parts = {
      host: bareHost(decodeURIComponent(url.hostname)),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)),
    };
  } catch {
    return 'holds a "%" that begins no percent-encoded character: write it as %25';
  }
  if (!parts.host) return 'names no host';
  if (!isHost(parts.host)) return 'must name one host by its name or IP address';
  if (!parts.user) return 'names no user: write postgres://user:password@host:port/database';
  if (!identifier.safeParse(parts.user).success) return 'holds a user name that PostgreSQL cannot have';
  if (parts.password && !text(4096).safeParse(parts.password).success) return 'holds a password that PostgreSQL cannot have';
  if (parts.database && !identifier.safeParse(parts.database).success) return 'holds a database name that PostgreSQL cannot have';
  const port = url.port === '' ? DEFAULT_PORT : Number(url.port);
  if (port < 1) return 'holds a port that cannot be';
  for (const name of url.searchParams.keys()) {
    // Anything else may change where it leads or hold a secret (`host`, `password`, `options`), so it is not passed over.
    if (!URL_PARAMETERS.has(name)) return `holds a parameter that is not supported; supported are ${[...URL_PARAMETERS].join(', ')}`;
  }
  const root = url.searchParams.get('sslrootcert');
  if (root !== null && root !== 'system')
    return 'names a certificate file of another machine: give its PEM text in "ca" instead of sslrootcert';
  const mode = url.searchParams.get('sslmode') ?? (root === 'system' ? 'verify-full' : 'prefer');
  if (!(SSL_MODES as readonly string[]).includes(mode)) return `holds an sslmode that is none of ${SSL_MODES.join(', ')}`;
  return {
    host: parts.host,
    port,
    user: parts.user,
    password: parts.password || null,
    database: parts.database || null,
    ssl: mode as SslMode,
  };
}

/** The target of a parsed config. */
export function resolveTarget(config: PostgresConfig): Target {
  const parts = config.url === undefined ? fieldParts(config) : parseUrl(config.url);
  if (typeof parts === 'string') throw new TypeError('this config was not parsed by configSchema');
  return {
    ...parts,
    host: parts.host.toLowerCase(),
    database: parts.database ?? parts.user,
    databaseGiven: parts.database !== null,
    ca: config.ca ?? null,
  };
}

function fieldParts(config: PostgresConfig): UrlParts {
  const { host = '', port = DEFAULT_PORT, user = '', password, database, ssl = 'prefer' } = config;
  return {
    host: bareHost(host),
    port,
    user,
    password: password ?? null,
    database: database ?? null,
    ssl: ssl === true ? 'require' : ssl === false ? 'disable' : ssl,
  };
}

/** `host:port` for people and names: an IPv6 address in brackets. */
export function address({ host, port }: Pick<Target, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The databases to read: the one that is connected to and the others that are listed, or `['*']` for all of the server. */
export function databaseNames(config: PostgresConfig): string[] {
  const { database, databaseGiven } = resolveTarget(config);
  if (!config.databases) return [database];
  if (config.databases.includes('*') || !databaseGiven) return config.databases;
  return [...new Set([database, ...config.databases])];
}

/** The config as people may see it, in its own shape. */
export function maskConfig(config: PostgresConfig): PostgresConfig {
  if (config.url === undefined) return config.password === undefined ? config : { ...config, password: MASK };
  const url = new URL(config.url);
  if (url.password === '') return config;
  url.password = MASK;
  return { ...config, url: url.href };
}

/** The given config with the stored password where it has `***` or none, whichever shapes the two have. */
export function unmaskConfig(given: PostgresConfig, stored: PostgresConfig): PostgresConfig {
  const { password } = resolveTarget(given);
  const kept = resolveTarget(stored).password;
  if (kept === null || (password !== null && password !== MASK)) return given;
  if (given.url === undefined) return { ...given, password: kept };
  const url = new URL(given.url);
  // The setter leaves `%` alone, so the text is encoded before.
  url.password = encodeURIComponent(kept);
  return { ...given, url: url.href };
}
