/** The demo as a source: registered and scanned at the first start, left alone after that, never brought back when somebody removed it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import type { Embedded } from '#platform/database/embedded.ts';
import { derivePassword } from '#platform/secrets.ts';
import type { Catalog } from '#subgraphs/catalog/index.ts';
import { createDemo, DEMO_DATABASE, demoSourceConfig } from './index.ts';

export type EnsureDemo = {
  embedded: Pick<Embedded, 'port' | 'serverUrl'>;
  rootKey: Uint8Array;
  catalog: Pick<Catalog, 'sources' | 'scans'>;
  /** Pools of the two roles. */
  catalogDatabase: Database;
  identityDatabase: Database;
  say: (sentence: string) => void;
};

const POLL_MS = 100;

export async function ensureDemo({ embedded, rootKey, catalog, catalogDatabase, identityDatabase, say }: EnsureDemo): Promise<void> {
  const [known] = await catalogDatabase<{ id: string; version: number; removedAt: Date | null }[]>`
    select id, version, removed_at from catalog.sources where name = ${DEMO_DATABASE} order by removed_at desc nulls first limit 1`;
  if (known?.removedAt) return;
  const password = derivePassword(rootKey, 'demo_shop reader');
  const viewer = await findAdministrator(identityDatabase);
  const input = demoSourceConfig({ host: '127.0.0.1', port: embedded.port, password });
  const { created } = await createDemo({ serverUrl: embedded.serverUrl, password });
  if (created) say('Demo         the database demo_shop was made; it is being scanned …');

  let sourceId = known?.id;
  if (!sourceId) {
    ({ id: sourceId } = await catalog.sources.register(viewer, input));
  } else {
    // The embedded server moves to another port when a foreign program holds its own; nothing happens otherwise.
    await catalog.sources.update(viewer, { id: sourceId, version: known!.version, config: input.config });
  }

  const [last] = await catalogDatabase<{ id: string; status: string }[]>`
    select id, status from catalog.scan_runs where source_id = ${sourceId} order by queued_at desc limit 1`;
  // A start that was killed before the first scan ended: the run goes on under its id, or begins now.
  const runId = last?.id ?? (await catalog.scans.start(viewer, { sourceId })).run.id;
  if (last && last.status !== 'QUEUED' && last.status !== 'RUNNING') return;
  for (;;) {
    const [run] = await catalogDatabase<{ status: string; added: number; error: string | null }[]>`
      select status, added, error from catalog.scan_runs where id = ${runId}`;
    if (run && run.status !== 'QUEUED' && run.status !== 'RUNNING') {
      say(`Demo         scanned: ${run.status}, ${run.added} assets${run.error ? ` (${run.error})` : ''}`);
      return;
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
