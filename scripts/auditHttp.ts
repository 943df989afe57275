/**
 * `npm run audit:http` audits a product that it starts and stops; `npm run audit:http -- <url> [--token T]` one that runs, with the token
 * from the option or PURSIGHT_TOKEN. Prints every audit; exits with 1 when a MUST or a SHOULD fails.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startProduct } from '#deploy/allInOne/product.ts';
import { parseSettings } from '#platform/config.ts';
import { createLogger } from '#platform/logger.ts';
import { isBinding, runAudits } from './httpAudits.ts';

const ADMIN = { email: 'admin@example.org', password: 'a password of the audits' };
const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }';

async function signIn(url: string): Promise<string> {
  const body = JSON.stringify({ query: SIGN_IN, variables: { input: ADMIN } });
  const answer = await fetch(new URL('/graphql', url), { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { data } = (await answer.json()) as { data: { signIn: { session: { accessToken: string } } } };
  return data.signIn.session.accessToken;
}

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

/** An empty product in a temporary folder, for as long as `work` takes. */
async function withProduct(work: (url: string, token: string) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pursight-audit-'));
  try {
    const product = await startProduct({
      settings: parseSettings({ PORT: await freePort(), ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password }),
      dataDir,
      demo: false,
      logger: createLogger({ level: 'silent', format: 'json' }),
      say: () => undefined,
      onLost: (sentence) => console.error(sentence),
    });
    try {
      await work(product.url, await signIn(product.url));
    } finally {
      await product.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function audit(url: string, token: string): Promise<void> {
  const outcomes = await runAudits(url, token);
  for (const { id, name, ok, reason } of outcomes) console.log(`${ok ? 'ok    ' : 'FAILED'}  ${id}  ${name}${reason ? `: ${reason}` : ''}`);
  const failed = outcomes.filter(({ ok }) => !ok);
  const binding = failed.filter(isBinding);
  console.log(
    `\n${outcomes.length - failed.length} of ${outcomes.length} hold; ${binding.length} MUST or SHOULD failed, ${failed.length - binding.length} MAY`,
  );
  if (binding.length > 0) process.exitCode = 1;
}

const { values, positionals } = parseArgs({ options: { token: { type: 'string' } }, allowPositionals: true });
const [url] = positionals;
const token = values.token ?? process.env.PURSIGHT_TOKEN;
if (!url) await withProduct(audit);
else if (token) await audit(url, token);
else {
  console.error('Give a token of a reading role: --token, or PURSIGHT_TOKEN.');
  process.exitCode = 2;
}
