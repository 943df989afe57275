/** Where the server keeps its database, for commands that need that rather than the API: they read the same settings as the server. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, readSettings, type Settings } from '#platform/config.ts';
import { findEmbeddedUrl } from '#platform/database/embeddedUrl.ts';
import { CannotStart } from '#platform/errors.ts';
import { readRootKey } from '#platform/rootKey.ts';
import { CliError, EXIT } from './errors.ts';

/** The server runs in this folder, so its `.env` and a relative DATA_DIR are meant from here. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));

export type ServerDatabase = {
  settings: Settings;
  /** Of the owner, who may do everything. */
  ownerUrl: string;
  rootKey: Buffer;
};

/** The embedded one, or that of DATABASE_URL. Throws CliError where there is none or it does not run. */
export function findServerDatabase(): ServerDatabase {
  const settings = settingsOfServer();
  const dataDir = resolve(ROOT, settings.DATA_DIR);
  const hasKey = settings.SECRET_KEY !== undefined || existsSync(join(dataDir, 'root.key'));
  if (!hasKey) {
    throw new CliError(
      settings.DATABASE_URL
        ? `There is no root key: set SECRET_KEY or DATA_DIR as PurSight has it (there is none in ${dataDir}).`
        : `There is no database in ${dataDir} yet. Start PurSight first ("npm start"), or set DATA_DIR as it has it.`,
    );
  }
  const rootKey = readKey(dataDir, settings.SECRET_KEY);
  const ownerUrl = settings.DATABASE_URL ?? findEmbeddedUrl(dataDir, rootKey);
  if (!ownerUrl) throw new CliError(`The database in ${dataDir} does not run. Start it with "npm start".`, EXIT.unreachable);
  const { AUDIT_FILE } = settings;
  return { settings: { ...settings, DATA_DIR: dataDir, AUDIT_FILE: AUDIT_FILE && resolve(ROOT, AUDIT_FILE) }, ownerUrl, rootKey };
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
