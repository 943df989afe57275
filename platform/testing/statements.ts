/** How many SQL statements something costs, by PostgreSQL's own count. */
import type { Database } from '../database/index.ts';
import type { Part } from '../database/roles.ts';

/**
 * The statements that a part's role runs in the database of `owner` (a superuser's pool) while `work` goes on, without
 * BEGIN, COMMIT and the like. Measure the second call: the first one may fill caches. Counts of other databases stay as
 * they are, because other test files are at theirs.
 */
export async function countStatements(owner: Database, part: Part, work: () => Promise<unknown>): Promise<number> {
  await owner`create extension if not exists pg_stat_statements`;
  await owner`select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)`;
  await work();
  const [row] = await owner<{ calls: number }[]>`
    select coalesce(sum(s.calls), 0)::int as calls
    from pg_stat_statements s join pg_roles r on r.oid = s.userid join pg_database d on d.oid = s.dbid
    where d.datname = current_database() and r.rolname like ${`%\\_${part}`}`;
  return row!.calls;
}
