/** The commands that need the database of a world, rather than its API. */
import { inject, vi } from 'vitest';
import { TEST_ROOT_KEY } from '#platform/testing/database.ts';
import { pursight as run, type Outcome, type RunOptions } from '../cli/testing/terminal.ts';
import type { World } from './world.ts';

/** As its server has them. */
export function settingsOf({ database }: World): Record<'DATABASE_URL' | 'SECRET_KEY' | 'NEO4J_URL', string> {
  const url = new URL(inject('postgres').url);
  url.pathname = `/${database}`;
  return { DATABASE_URL: url.href, SECRET_KEY: Buffer.from(TEST_ROOT_KEY).toString('base64'), NEO4J_URL: '' };
}

/** `further`: settings. */
export async function pursight(world: World, args: string[], options?: RunOptions, further: Record<string, string> = {}): Promise<Outcome> {
  for (const [name, value] of Object.entries({ ...settingsOf(world), ...further })) vi.stubEnv(name, value);
  try {
    return await run(args, options);
  } finally {
    vi.unstubAllEnvs();
  }
}
