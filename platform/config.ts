/**
 * The settings, from the environment and `.env`: one schema, parsed once at the start, all problems told together,
 * then passed on as an argument. Nothing else reads `process.env`.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';

const portNumber = z.string().refine((text) => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535, {
  error: 'must be a number from 1 to 65535',
});
const positive = z.coerce.number({ error: 'must be a number' }).int().min(1).max(1_000_000);
const subgraphUrls = z
  .string()
  .default('')
  .transform((text, context) => {
    const urls = new Map<string, URL>();
    for (const part of text.split(',').map((entry) => entry.trim())) {
      if (part === '') continue;
      const [, name, url] = /^(\w+)=(https?:\/\/\S+)$/.exec(part) ?? [];
      if (name && URL.canParse(url!) && !urls.has(name)) urls.set(name, new URL(url!));
      else {
        context.addIssue({
          code: 'custom',
          message: 'must name each subgraph once with its URL, as in catalog=http://10.0.0.5:4001,identity=http://10.0.0.6:4002',
        });
        return z.NEVER;
      }
    }
    return urls as ReadonlyMap<string, URL>;
  });
const optionalUrl = (...protocols: string[]) =>
  z
    .string()
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
      error: `must be a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
    })
    .optional();
/** What the driver would refuse without a plain word, too. */
const neo4jUrl = optionalUrl('neo4j:', 'neo4j+s:', 'neo4j+ssc:', 'bolt:', 'bolt+s:', 'bolt+ssc:').superRefine((text, context) => {
  if (text === undefined || !URL.canParse(text)) return;
  const { protocol, username, password, hostname } = new URL(text);
  const refuse = (message: string): void => void context.addIssue({ code: 'custom', message });
  if (username || password) refuse('must not hold a user or a password: give them as NEO4J_USER and NEO4J_PASSWORD');
  if (hostname === '') refuse('must name a host, as in bolt://10.0.0.7:7687');
  const [, query] = /\?([^#]*)/.exec(text) ?? [];
  if (query === undefined) return;
  const names = query.split('&').map((part) => /^([^=]+)=[^=]+$/.exec(part)?.[1]);
  if (protocol.startsWith('bolt')) refuse('must not go on with a question mark: only neo4j:// may');
  else if (names.includes(undefined) || new Set(names).size < names.length)
    refuse('must name values after the question mark, each once, as in neo4j://10.0.0.7:7687?region=eu');
});
const meiliUrl = optionalUrl('http:', 'https:').superRefine((text, context) => {
  if (text === undefined || !URL.canParse(text)) return;
  const { username, password } = new URL(text);
  if (username || password) context.addIssue({ code: 'custom', message: 'must not hold a user or a password: give the key as MEILI_KEY' });
});
/** FAULT's parts: `subgraph:identity`, `connector:columns`, `consumer:policy`, comma-separated. */
const faults = z
  .string()
  .default('')
  .transform(
    (text) =>
      new Set(
        text
          .split(',')
          .map((part) => part.trim())
          .filter(Boolean),
      ),
  );

export const settingsSchema = z
  .object({
    PORT: portNumber.default('4000').transform(Number).describe('Port of the router, or of a subgraph in a process of its own'),
    WORKER_PORT: portNumber
      .transform(Number)
      .optional()
      .describe('Port where a worker tells its health and its metrics; it listens nowhere without'),
    CLIENT_PORT: portNumber.default('3000').transform(Number).describe('Port of the web client'),
    HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
    DATA_DIR: z.string().default('.pursight').describe('Embedded PostgreSQL and key files (mode 0600)'),
    AUDIT_FILE: z
      .string()
      .optional()
      .describe(
        'File of signed checkpoints of the event log, best where nobody who writes to the database can write; checkpoints.jsonl in DATA_DIR when absent',
      ),
    DATABASE_URL: optionalUrl('postgres:', 'postgresql:').describe('An own PostgreSQL (15 or later) instead of the embedded one'),
    NEO4J_URL: neo4jUrl.describe('Lineage on this Neo4j 5 instead of PostgreSQL'),
    NEO4J_USER: z.string().default('neo4j').describe('Its user'),
    NEO4J_PASSWORD: z.string().optional().describe("Its user's password"),
    MEILI_URL: meiliUrl.describe('Search on this Meilisearch 1 (1.18 or later) instead of PostgreSQL'),
    MEILI_KEY: z.string().optional().describe('Its master key, or a key of its own for the index (docs/deployment.md)'),
    // As lenient as a first start may be: `root@localhost` is somebody's address.
    ADMIN_EMAIL: z
      .string()
      .regex(/^[^\s@]+@[^\s@]+$/, { error: 'must be an email address' })
      .max(320)
      .optional()
      .describe('The first administrator; made up and printed once when absent'),
    ADMIN_PASSWORD: z.string().min(8).max(1024).optional().describe('Of at least 8 characters; made up and printed once when absent'),
    SECRET_KEY: z
      .string()
      .refine((text) => Buffer.from(text, 'base64').length === 32, {
        error: 'must be 32 bytes in base64, as `openssl rand -base64 32` prints them',
      })
      .optional()
      .describe('Root key that wraps the data keys; made and kept in DATA_DIR when absent'),
    EVENT_RETENTION_DAYS: positive
      .optional()
      .describe(
        'Days that events are kept at least, and what was read by whom; older ones are dropped a million at a time. All are kept without',
      ),
    WS_MAX_PER_ADDRESS: positive.default(100).describe('WebSockets that one address may have open'),
    WS_MAX_PER_USER: positive.default(50).describe('WebSockets that one user may have open'),
    ROUTER_URL: optionalUrl('http:', 'https:').describe(
      'Router that a web client in a process of its own asks; http://127.0.0.1:PORT without',
    ),
    CLIENT_SECRET: z
      .string()
      .min(32)
      .optional()
      .describe('Same for a router and a web client in processes of their own: limits are then kept for each address of the client'),
    SUBGRAPH_URLS: subgraphUrls.describe('Subgraphs in processes of their own: catalog=http://host:port,identity=http://host:port'),
    LOG_LEVEL: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
      .default('info')
      .describe('Least level that is logged'),
    LOG_FORMAT: z.enum(['pretty', 'json']).optional().describe('pretty on a terminal and json elsewhere, unless set'),
    NODE_ENV: z.string().default('production').describe('`test` allows FAULT, and has the page of all components, /components'),
    FAULT: faults.describe('Parts that fail, for tests: subgraph:identity, connector:columns, consumer:policy'),
  })
  .refine((settings) => settings.FAULT.size === 0 || settings.NODE_ENV === 'test', {
    path: ['FAULT'],
    error: 'is refused unless NODE_ENV=test',
    // Also when another setting is wrong: all problems are told together.
    when: () => true,
  });

export type Settings = z.infer<typeof settingsSchema>;

export class ConfigError extends Error {}

/** Parses an environment. Throws one ConfigError that names every problem. Empty values count as absent. */
export function parseSettings(environment: Record<string, string | undefined>): Settings {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => name in settingsSchema.shape && value !== undefined && value !== ''),
  );
  const result = settingsSchema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  ${issue.path.join('.') || 'settings'}: ${issue.message}`);
  throw new ConfigError(`These settings cannot be used:\n${problems.join('\n')}`);
}

/** The settings of this process: the environment over `.env` in `directory`. */
export function readSettings(directory = process.cwd()): Settings {
  let file: Record<string, string | undefined> = {};
  try {
    file = parseEnv(readFileSync(resolve(directory, '.env'), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new ConfigError(`.env cannot be read: ${(error as Error).message}`);
  }
  return parseSettings({ ...file, ...process.env });
}
