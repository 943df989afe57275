/** The machine's Chromium. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const find = (): string | undefined =>
  process.env.CHROMIUM ||
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));

/** Its program, or why there is none. It is installed where that is ours to do: on a machine for tests, as root. REQUIRE_SERVICES=1 throws instead. */
export function findChromium(): { program: string } | { missing: string } {
  let program = find();
  if (!program && process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0) {
    const options = { timeout: 240_000, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    spawnSync('apt-get', ['update'], options);
    spawnSync('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium'], options);
    program = find();
  }
  if (program) return { program };
  const missing = 'there is no Chromium; install one, or set CHROMIUM to its program';
  if (process.env.REQUIRE_SERVICES === '1') throw new Error(missing);
  return { missing };
}
