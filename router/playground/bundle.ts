/**
 * Bundles the playground from the packages installed here: no other server is ever asked for anything. Kept in
 * node_modules/.cache under a hash of what it is made from, so it is made once for each version.
 */
import { createHash } from 'node:crypto';
import { constants, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Bundle = { version: string; folder: string };

const SOURCES = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What the page takes from elsewhere in this project. */
const SHARED = ['platform/graphql/resumableClient.ts', 'platform/graphql/socketClient.ts'];
const CACHE = join(ROOT, 'node_modules/.cache/pursight-playground');

const WORKERS = {
  'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
  'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
  'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
};

function currentVersion(): string {
  const hash = createHash('sha256');
  const sources = readdirSync(SOURCES).filter((file) => /\.(tsx?|css)$/.test(file) && !file.includes('.test.'));
  for (const file of sources.sort()) hash.update(file).update(readFileSync(join(SOURCES, file)));
  for (const file of [...SHARED, 'package-lock.json']) hash.update(readFileSync(join(ROOT, file)));
  return hash.digest('hex').slice(0, 16);
}

async function build(outdir: string): Promise<void> {
  // Loaded only when there is something to build: it starts a process of its own, which `stop` ends.
  const esbuild = await import('esbuild');
  const common = {
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    outdir,
    legalComments: 'linked',
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.ttf': 'file' },
    logLevel: 'silent',
  } as const;
  try {
    await Promise.all([
      esbuild.build({
        ...common,
        entryPoints: { app: join(SOURCES, 'app.tsx'), style: join(SOURCES, 'style.css') },
        format: 'esm',
        splitting: true,
        jsx: 'automatic',
        chunkNames: 'chunks/[name]-[hash]',
      }),
      esbuild.build({ ...common, entryPoints: WORKERS, format: 'iife' }),
    ]);
  } finally {
    await esbuild.stop();
  }
}

/** Never found again by its name: in a folder for everybody's temporary files another user could have put it there. */
async function buildForThisProcess(version: string): Promise<Bundle> {
  const folder = await mkdtemp(join(tmpdir(), 'pursight-playground-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await build(folder);
  return { version, folder };
}

/** The bundle of these sources, made when it is not there yet. Safe with several processes: a folder appears whole or not at all. */
export async function bundlePlayground(): Promise<Bundle> {
  const version = currentVersion();
  const folder = join(CACHE, version);
  if (existsSync(folder)) return { version, folder };
  try {
    await mkdir(CACHE, { recursive: true });
    await access(CACHE, constants.W_OK);
  } catch {
    return buildForThisProcess(version); // installed by another user, or read-only
  }
  const building = await mkdtemp(join(CACHE, 'building-'));
  try {
    await build(building);
    await chmod(building, 0o755);
    await rename(building, folder);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // else another process was faster
  }
  const others = (await readdir(CACHE)).filter((name) => name !== version && !name.startsWith('building-'));
  await Promise.all(others.map((name) => rm(join(CACHE, name), { recursive: true, force: true })));
  return { version, folder };
}
