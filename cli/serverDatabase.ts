/** Where the server keeps its database, for commands that need that rather than the API: they read the same settings as the server. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, readSettings, type Settings } from '#platform/config.ts';
import { findEmbeddedUrl } from '#platform/database/embeddedUrl.ts';
import { CannotStart } from '#platform/errors.ts';
import { createLogger } from '#platform/logger.ts';
import { readRootKey } from '#platform/rootKey.ts';
import { CliError, EXIT } from './errors.ts';

/** The server runs in this folder, so its `.env` and a relative DATA_DIR are meant from here. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));

export type ServerDatabase = {
  /** With the whole paths of files. */
  settings: Settings;
  /** Of the owner, who may do everything. */
  ownerUrl: string;
  rootKey: Buffer;
};

/** The embedded one, or that of DATABASE_URL. Throws CliError where there is none or it does not run. */
export function findServerDatabase(): ServerDatabase {
  const { settings, dataDir } = locateServer();
  const rootKey = findKey(
    settings,
    dataDir,
    settings.DATABASE_URL
      ? `There is no root key: set SECRET_KEY or DATA_DIR as PurSight has it (there is none in ${dataDir}).`
      : `There is no database in ${dataDir} yet. Start PurSight first ("npm start"), or set DATA_DIR as it has it.`,
  );
  const ownerUrl = settings.DATABASE_URL ?? findEmbeddedUrl(dataDir, rootKey);
  if (!ownerUrl) throw new CliError(`The database in ${dataDir} does not run. Start it with "npm start".`, EXIT.unreachable);
  return { settings, ownerUrl, rootKey };
}

/**
 * For commands that need the database also while PurSight does not run: the embedded one is started then, and stopped again (a data folder that
 * has none gets an empty one). The root key has to be there: who restores on another machine brings it along.
 */
export async function withServerDatabase<Result>(work: (database: ServerDatabase) => Promise<Result>): Promise<Result> {
  const { settings, dataDir } = locateServer();
  const rootKey = findServerKey();
  const ownerUrl = settings.DATABASE_URL ?? findEmbeddedUrl(dataDir, rootKey);
  if (ownerUrl) return work({ settings, ownerUrl, rootKey });
  const { startEmbedded } = await import('#platform/database/embedded.ts');
  const embedded = await startEmbedded({ dataDir, rootKey, logger: createLogger({ level: 'silent', format: 'json' }) });
  try {
    return await work({ settings, ownerUrl: embedded.ownerUrl, rootKey });
  } finally {
    await embedded.stop();
  }
}

/** The root key that the server has. Throws CliError where there is none: it makes none. */
export function findServerKey(): Buffer {
  const { settings, dataDir } = locateServer();
  return findKey(
    settings,
    dataDir,
    `There is no root key in ${dataDir}. Set DATA_DIR as PurSight has it; or put the root key that belongs to the backup there as root.key, or set SECRET_KEY to it.`,
  );
}

function locateServer(): { settings: Settings; dataDir: string } {
  const settings = settingsOfServer();
  const { AUDIT_FILE } = settings;
  const dataDir = resolve(ROOT, settings.DATA_DIR);
  return { settings: { ...settings, DATA_DIR: dataDir, AUDIT_FILE: AUDIT_FILE && resolve(ROOT, AUDIT_FILE) }, dataDir };
}

function findKey({ SECRET_KEY }: Settings, dataDir: string, missing: string): Buffer {
  if (SECRET_KEY === undefined && !existsSync(join(dataDir, 'root.key'))) throw new CliError(missing);
  return readKey(dataDir, SECRET_KEY);
}

export function settingsOfServer(): Settings {
  try {
    return readSettings(ROOT);
  } catch (error) {
    throw error instanceof ConfigError ? new CliError(error.message, EXIT.usage) : error;
  }
}

function readKey(dataDir: string, secretKey: string | undefined): Buffer {
  try {
    return readRootKey({ dataDir, ...(secretKey ? { secretKey } : {}) });
  } catch (error) {
    throw error instanceof CannotStart ? new CliError(error.message) : error;
  }
}
