/**
 * `npm run audit:http` audits a product that it starts and stops; `npm run audit:http -- <url> [--token T]` one that runs, with the token
 * from the option or PURSIGHT_TOKEN. Prints every audit; exits with 1 when a MUST or a SHOULD fails.
 */
import { readOptions } from '#deploy/testing/options.ts';
import { ADMINISTRATOR, startInProcess } from '#deploy/testing/inProcess.ts';
import { isBinding, runAudits } from './httpAudits.ts';

/** An empty product in a temporary folder, for as long as `work` takes. */
async function withProduct(work: (url: string, token: string) => Promise<void>): Promise<void> {
  const product = await startInProcess();
  try {
    await work(product.url, await product.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password));
  } finally {
    await product.stop();
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

const { values, positionals } = readOptions('npm run audit:http [-- <url> [--token <token>]]', {
  options: { token: { type: 'string' } },
  allowPositionals: true,
});
const [url] = positionals;
const token = values.token ?? process.env.PURSIGHT_TOKEN;
if (!url) await withProduct(audit);
else if (token) await audit(url, token);
else {
  console.error('Give a token of a reading role: --token, or PURSIGHT_TOKEN.');
  process.exitCode = 2;
}
