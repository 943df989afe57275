/** The database roles: one for each part, without rights on another's schema. */
import postgres from 'postgres';
import { derivePassword } from '../secrets.ts';

/** The subgraphs; `events`: the sequencer; `jobs`: the queue; `router`: the keys of routers, and the log that feeds subscribers. */
export const PARTS = ['catalog', 'policy', 'lineage', 'identity', 'events', 'jobs', 'router'] as const;
export type Part = (typeof PARTS)[number];

/** Where PurSight's own database is, and what its roles are called (roles belong to the server, so the prefix keeps two products apart). */
export type DatabaseLocation = { ownerUrl: string; rolePrefix: string; rootKey: Uint8Array };

export const roleName = (location: DatabaseLocation, part: Part): string => `${location.rolePrefix}_${part}`;

export const rolePassword = (location: DatabaseLocation, part: Part): string =>
  derivePassword(location.rootKey, `postgresql role ${roleName(location, part)}`);

/** The URL with which a part connects. Its password is derived and stored nowhere. */
export function roleUrl(location: DatabaseLocation, part: Part): string {
  const url = new URL(location.ownerUrl);
  url.username = roleName(location, part);
  url.password = rolePassword(location, part);
  return url.href;
}

/** The prefix of a database's roles: the one that it was made with, so that a renamed or cloned database keeps its own; a new one's is its name. */
export async function findRolePrefix(ownerUrl: string): Promise<string> {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => {}, connect_timeout: 10, connection: { application_name: 'pursight start' } });
  try {
    const [row] = await sql<{ owner: string | null; name: string }[]>`
      select current_database() as name, (select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'graphile_worker') as owner`;
    if (row!.owner?.endsWith('_jobs')) return row!.owner.slice(0, -'_jobs'.length);
    return row!.name.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 50);
  } finally {
    await sql.end();
  }
}
