/** A product of its own for a test file: every part in this process, on a fresh database of the test server, spoken to over HTTP only. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSchema } from 'graphql';
import { ADMINISTRATOR, startInProcess, type Answer, type InProcess } from '#deploy/testing/inProcess.ts';
import type { Database } from '#platform/database/index.ts';
import { createLogger } from '#platform/logger.ts';
import { createTestDatabase } from '#platform/testing/database.ts';
import { connectLive, type LiveClient } from '#platform/testing/liveClient.ts';
import { API_FILE } from '#router/supergraph.ts';
import { observe } from '#platform/testing/observedFields.ts';
import { startSeparately } from './separate.ts';

const api = buildSchema(readFileSync(API_FILE, 'utf8'));

export type Ask = (query: string, variables?: Record<string, unknown>) => Promise<Answer>;

export type World = {
  url: string;
  /** The superuser's pool of PurSight's database, for looking behind the scenes. */
  owner: Database;
  /** The name of the database, and so the prefix of its roles. */
  database: string;
  anonymous: Ask;
  /** As the first administrator; throws on errors. */
  admin: (query: string, variables?: Record<string, unknown>) => Promise<any>;
  /** As the administrator, errors included. */
  ask: Ask;
  signIn(email: string, password: string): Promise<Ask>;
  /** A new access token of somebody in this world, the administrator unless said otherwise. */
  accessToken(email?: string): Promise<string>;
  /** With a bearer token, whatever it is. */
  as(token: string): Ask;
  /** A socket of somebody, the administrator unless said otherwise, with its token of now. Closed by its caller. */
  live(email?: string): Promise<LiveClient>;
  /** An API token of whoever asks, and who asks with it. */
  createToken(owner: Ask, scopes: string[], expiresAt?: string): Promise<Ask & { id: string; secret: string }>;
  /** A new user with these roles, signed in. */
  createUser(roles: { role: string; sourceId?: string; domainId?: string }[]): Promise<Ask & { id: string; email: string }>;
  /** Registers a PostgreSQL database as a source. */
  addSource(name: string, config: Record<string, unknown>): Promise<{ id: string; namespace: string }>;
  /** Scans a source and waits for the run's end. */
  scan(sourceId: string): Promise<any>;
  /** Stops the product, and starts it again at the same address with the same data; `meanwhile` runs while nothing listens. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  /** Waits until every committed event is sealed. */
  sealed(): Promise<void>;
  /** Waits until every consumer has handled every committed event, or has given it up. */
  consumed(): Promise<void>;
  stop(): Promise<void>;
};

export const EMAIL = ADMINISTRATOR.email;
/** Of everybody in a world. */
export const PASSWORD = ADMINISTRATOR.password;

/** An access token lives for five minutes. */
const TOKEN_MS = 240_000;

const RUN = `id status added changed unchanged removed error warnings { code subject message } progress { phase done total }`;

/** How worlds of this test file run; a file of `separately/` says otherwise before it loads the scenarios. */
export const shape = { isSeparate: false };

/** `logged` gets every line of the log, down to the finest; neither it nor `deadlineMs` can be had of processes of their own. */
export async function createWorld({
  fault = '',
  deadlineMs,
  logged,
  environment = {},
}: { fault?: string; deadlineMs?: number; logged?: string[]; environment?: Record<string, string> } = {}): Promise<World> {
  const database = await createTestDatabase();
  const start = (port?: string): Promise<InProcess> =>
    shape.isSeparate ? startSeparately(database.location, { environment: { FAULT: fault, ...environment }, port }) : startHere(port);
  const startHere = (port?: string) =>
    startInProcess({
      location: database.location,
      environment: { NODE_ENV: 'test', FAULT: fault, ...environment, ...(port && { PORT: port }) },
      deadlineMs,
      logger: createLogger({
        level: logged ? 'trace' : 'silent',
        format: 'json',
        ...(logged && { destination: { write: (line: string) => void logged.push(line) } }),
      }),
    });
  let product = await start();

  const asker =
    (token: string | null): Ask =>
    async (query, variables) => {
      const answer = await product.ask(token, query, variables);
      observe(api, query, answer.data);
      return answer;
    };
  const anonymous = asker(null);
  /** With a new token before the old one ends: some scenarios take longer than that. */
  const signIn = async (email: string, password: string): Promise<Ask> => {
    let asking = asker(await product.signIn(email, password));
    let since = performance.now();
    return async (query, variables) => {
      if (performance.now() - since > TOKEN_MS) {
        since = performance.now();
        asking = asker(await product.signIn(email, password));
      }
      return await asking(query, variables);
    };
  };
  const ask = await signIn(EMAIL, PASSWORD);
  const admin: World['admin'] = async (query, variables) => {
    const { data, errors } = await ask(query, variables);
    if (errors) throw new Error(errors.map((error) => `${error.extensions.code}: ${error.message}`).join('; '));
    return data;
  };
  let users = 0;
  const sealed = async (): Promise<void> => {
    while ((await database.owner`select 1 from events.outbox limit 1`).length > 0) await sleep(20);
  };

  const { url } = product;
  return {
    url,
    owner: database.owner,
    database: new URL(database.location.ownerUrl).pathname.slice(1),
    anonymous,
    ask,
    admin,
    signIn,
    accessToken: (email = EMAIL) => product.signIn(email, PASSWORD),
    live: async (email = EMAIL) =>
      connectLive(product.url, await product.signIn(email, PASSWORD), (query, { data }) => observe(api, query, data)),
    as: asker,
    async createToken(owner, scopes, expiresAt) {
      const { data, errors } = await owner(
        'mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) { secret cursor token { id } } }',
        { input: { name: `Token of ${scopes.join()}`, scopes, expiresAt } },
      );
      if (errors) throw new Error(`${errors[0]!.extensions.code}: ${errors[0]!.message}`);
      const { secret, token } = data.createApiToken;
      return Object.assign(asker(secret), { id: token.id as string, secret: secret as string });
    },
    async createUser(roles) {
      const email = `user${++users}@example.org`;
      const { createUser } = await admin('mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }', {
        input: { email, name: `User ${users}`, password: PASSWORD, roles },
      });
      return Object.assign(await signIn(email, PASSWORD), { id: createUser.user.id as string, email });
    },
    async addSource(name, config) {
      const { registerSource } = await admin(
        'mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { source { id namespace } } }',
        {
          input: { name, connector: 'postgres', config },
        },
      );
      return registerSource.source;
    },
    async scan(sourceId) {
      const { startScan } = await admin('mutation ($id: ID!) { startScan(input: { sourceId: $id }) { run { id } } }', { id: sourceId });
      for (;;) {
        const { scanRun } = await admin(`query ($id: ID!) { scanRun(id: $id) { ${RUN} } }`, { id: startScan.run.id });
        if (!['QUEUED', 'RUNNING'].includes(scanRun.status)) return scanRun;
        await sleep(50);
      }
    },
    async restart(meanwhile) {
      await product.stop();
      await meanwhile?.();
      product = await start(new URL(url).port);
    },
    sealed,
    async consumed() {
      await sealed();
      const behind = () => database.owner`
        select from events.cursors where seq < (select seq from events.head)
        union all select from events.failures where retry_at is not null limit 1`;
      while ((await behind()).length > 0) await sleep(20);
    },
    async stop() {
      await product.stop();
      await database.drop();
    },
  };
}
