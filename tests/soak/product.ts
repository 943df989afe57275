/** `npm start` as a process of its own on a database that is there already, without the demo and the client. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseLocation } from '#platform/database/roles.ts';
import { ADMINISTRATOR, type Answer } from '#deploy/testing/inProcess.ts';
import { freePort } from '#platform/testing/freePort.ts';
import { ready, run } from '../separate.ts';

/** Throws where there are errors. */
export type Ask = (query: string, variables?: Record<string, unknown>) => Promise<Answer['data']>;

export type OwnProduct = {
  url: string;
  /** As the first administrator. */
  admin: Ask;
  /** An API token, which outlives any session, of a new user with these roles. */
  createUser(roles: { role: string; sourceId?: string }[]): Promise<string>;
  /** What its process tells of itself at this moment, by name (docs/http.md). */
  metrics(): Promise<(name: string) => number>;
  /** What it logged as an error, a line each. */
  errors(): string[];
  /** All that its process has printed: what it died of is no line of its log. */
  output(): string;
  stop(): Promise<void>;
};

/** Sends one operation as whoever the token is of. */
export async function send(url: string, token: string | null, query: string, variables?: Record<string, unknown>): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer;
}

export const asker =
  (url: string, token: string | null): Ask =>
  async (query, variables) => {
    const { data, errors } = await send(url, token, query, variables);
    if (errors) throw new Error(`${errors[0]!.extensions.code}: ${errors[0]!.message} (${query.slice(0, 80)})`);
    return data;
  };

/** `environment`: further settings. */
export async function startOwn(location: DatabaseLocation, environment: Record<string, string> = {}): Promise<OwnProduct> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pursight-soak-'));
  const remove = (): void => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  process.once('exit', remove);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const running = run(['start', '--no-demo', '--no-client'], {
    PORT: String(port),
    DATA_DIR: dataDir,
    DATABASE_URL: location.ownerUrl,
    SECRET_KEY: Buffer.from(location.rootKey).toString('base64'),
    ADMIN_EMAIL: ADMINISTRATOR.email,
    ADMIN_PASSWORD: ADMINISTRATOR.password,
    LOG_LEVEL: 'error',
    LOG_FORMAT: 'json',
    ...environment,
  });
  await ready(running);

  const createToken = async (email: string, scopes: string[]): Promise<string> => {
    const { signIn } = await asker(url, null)('mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }', {
      input: { email, password: ADMINISTRATOR.password },
    });
    const { createApiToken } = await asker(url, signIn.session.accessToken)(
      'mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) { secret } }',
      { input: { name: 'soak', scopes } },
    );
    return createApiToken.secret;
  };
  const admin = asker(url, await createToken(ADMINISTRATOR.email, ['ADMIN', 'STEWARD', 'READER']));
  let users = 0;
  return {
    url,
    admin,
    async createUser(roles) {
      const email = `user${++users}@example.org`;
      await admin('mutation ($input: CreateUserInput!) { createUser(input: $input) { cursor } }', {
        input: { email, name: `User ${users}`, password: ADMINISTRATOR.password, roles },
      });
      return await createToken(email, [...new Set(roles.map(({ role }) => role))]);
    },
    async metrics() {
      const text = await (await fetch(`${url}/metrics`)).text();
      return (name) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
    },
    errors: () =>
      running
        .output()
        .split('\n')
        .filter((line) => line.startsWith('{')),
    output: running.output,
    async stop() {
      await running.stop();
      remove();
      process.off('exit', remove);
    },
  };
}
