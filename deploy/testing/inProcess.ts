/** The whole product in this process, empty, and spoken to over HTTP only: for scenarios, benches and audits. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSettings } from '#platform/config.ts';
import type { DatabaseLocation } from '#platform/database/roles.ts';
import { createLogger, type Logger } from '#platform/logger.ts';
import { freePort } from '#platform/testing/freePort.ts';
import { startProduct } from '../allInOne/product.ts';

export const ADMINISTRATOR = { email: 'admin@example.org', password: 'a password of the tests' };

// Answers of whatever shape a caller asks for.
// oxlint-disable-next-line typescript/no-explicit-any -- its query says
export type Answer = { data: any; errors?: { message: string; path?: (string | number)[]; extensions: Record<string, any> }[] };

export type Spoken = {
  url: string;
  ask(token: string | null, query: string, variables?: Record<string, unknown>): Promise<Answer>;
  /** An access token, which lives five minutes. */
  signIn(email: string, password: string): Promise<string>;
};

export type InProcess = Spoken & { stop(): Promise<void> };

export type InProcessOptions = {
  /** An own database instead of an embedded one in a temporary folder. */
  location?: DatabaseLocation;
  /** Further settings. */
  environment?: Record<string, string>;
  deadlineMs?: number;
  logger?: Logger;
};

export async function startInProcess(options: InProcessOptions = {}): Promise<InProcess> {
  const { location, environment, deadlineMs, logger = createLogger({ level: 'silent', format: 'json' }) } = options;
  const dataDir = mkdtempSync(join(tmpdir(), 'pursight-in-process-'));
  // Also where the process ends before the product was stopped.
  const removeNow = (): void => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  process.once('exit', removeNow);
  const remove = (): void => {
    process.off('exit', removeNow);
    removeNow();
  };
  const product = await startProduct({
    settings: parseSettings({
      PORT: String(await freePort()),
      ...(location && { DATABASE_URL: location.ownerUrl, SECRET_KEY: Buffer.from(location.rootKey).toString('base64') }),
      ADMIN_EMAIL: ADMINISTRATOR.email,
      ADMIN_PASSWORD: ADMINISTRATOR.password,
      ...environment,
    }),
    dataDir,
    demo: false,
    deadlineMs,
    logger,
    say: () => undefined,
    onLost: (sentence) => {
      throw new Error(sentence);
    },
  }).catch((error: unknown) => {
    remove();
    throw error;
  });

  return {
    ...speakTo(product.url),
    async stop() {
      await product.stop();
      remove();
    },
  };
}

/** To a router, over HTTP. */
export function speakTo(url: string): Spoken {
  const ask: Spoken['ask'] = async (token, query, variables) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  };
  return {
    url,
    ask,
    async signIn(email, password) {
      const { data, errors } = await ask(null, 'mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }', {
        input: { email, password },
      });
      if (errors) throw new Error(errors[0]!.message);
      return data.signIn.session.accessToken as string;
    },
  };
}
