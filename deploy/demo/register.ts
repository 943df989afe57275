/** The demo as a source: registered and scanned at the first start, left alone after that, never brought back when somebody removed it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import type { Embedded } from '#platform/database/embedded.ts';
import { AppError } from '#platform/errors.ts';
import { derivePassword } from '#platform/secrets.ts';
import { askLocally } from '#platform/graphql/subgraph.ts';
import type { Catalog } from '#subgraphs/catalog/index.ts';
import type { Policy } from '#subgraphs/policy/index.ts';
import { governDemo } from './govern.ts';
import { createDemo, demoSourceConfig } from './index.ts';

export type EnsureDemo = {
  embedded: Pick<Embedded, 'port' | 'serverUrl'>;
  rootKey: Uint8Array;
  catalog: Pick<Catalog, 'sources' | 'scans' | 'subgraph'>;
  policy: Pick<Policy, 'subgraph'>;
  /** Pools of the three roles. */
  catalogDatabase: Database;
  policyDatabase: Database;
  identityDatabase: Database;
  say: (sentence: string) => void;
};

const POLL_MS = 100;
/** Known by its id: people may give the source another name, or the name to a source of their own. */
const DEMO_SOURCE_ID = '01920000-0000-7000-8000-00000000de30';

export async function ensureDemo(options: EnsureDemo): Promise<void> {
  try {
    const viewer = await findAdministrator(options.identityDatabase);
    if (!(await scanDemo(options, viewer))) return;
    const said = await governDemo({
      viewer,
      sourceId: DEMO_SOURCE_ID,
      askCatalog: askLocally(options.catalog.subgraph),
      askPolicy: askLocally(options.policy.subgraph),
      policyDatabase: options.policyDatabase,
    });
    if (said) options.say('Demo         owners, labels and policies are in place');
  } catch (error) {
    // A source of somebody's own may have the demo's name or database: that is no reason not to start.
    if (!(error instanceof AppError)) throw error;
    options.say(`Demo         left out: ${error.message}`);
  }
}

/** False when somebody has removed the demo. */
async function scanDemo({ embedded, rootKey, catalog, catalogDatabase, say }: EnsureDemo, viewer: Viewer): Promise<boolean> {
  const sourceId = DEMO_SOURCE_ID;
  const [known] = await catalogDatabase<{ version: number; removedAt: Date | null }[]>`
    select version, removed_at from catalog.sources where id = ${sourceId}`;
  if (known?.removedAt) return false;
  const password = derivePassword(rootKey, 'demo_shop reader');
  const input = demoSourceConfig({ host: '127.0.0.1', port: embedded.port, password });
  const { created } = await createDemo({ serverUrl: embedded.serverUrl, password });
  if (created) say('Demo         the database demo_shop was made; it is being scanned …');

  if (!known) {
    await catalog.sources.register(viewer, input, sourceId);
  } else {
    // The embedded server moves to another port when a foreign program holds its own; nothing happens otherwise.
    await catalog.sources.update(viewer, { id: sourceId, version: known.version, config: input.config });
  }

  const [last] = await catalogDatabase<{ id: string; status: string }[]>`
    select id, status from catalog.scan_runs where source_id = ${sourceId} order by queued_at desc limit 1`;
  // A start that was killed before the first scan ended: the run goes on under its id, or begins now.
  const runId = last?.id ?? (await catalog.scans.start(viewer, { sourceId })).run.id;
  if (last && last.status !== 'QUEUED' && last.status !== 'RUNNING') return true;
  for (;;) {
    const [run] = await catalogDatabase<{ status: string; added: number; error: string | null }[]>`
      select status, added, error from catalog.scan_runs where id = ${runId}`;
    if (run && run.status !== 'QUEUED' && run.status !== 'RUNNING') {
      say(`Demo         scanned: ${run.status}, ${run.added} assets${run.error ? ` (${run.error})` : ''}`);
      return true;
    }
    await sleep(POLL_MS);
  }
}

/** The first administrator acts for the start script. */
async function findAdministrator(sql: Database): Promise<Viewer> {
  const [user] = await sql<{ id: string }[]>`
    select u.id from identity.users u join identity.role_assignments r on r.user_id = u.id
    where r.role = 'ADMIN' and r.source_id is null and r.domain_id is null order by u.created_at, u.id limit 1`;
  return { userId: user!.id, sessionId: null, roles: [{ role: 'ADMIN', sourceId: null, domainId: null }] };
}
