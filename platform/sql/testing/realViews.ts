/** Views as a PostgreSQL prints them, with what its own catalog says that they use. */
import { createEmptyDatabase } from '#platform/testing/database.ts';

export type RealViews = Awaited<ReturnType<typeof createRealViews>>;

/** `tables`: statements that make what the views read, all in the schema `public`. */
export async function createRealViews(tables: string) {
  const { sql, drop } = await createEmptyDatabase();
  await sql.unsafe(tables);
  let serial = 0;
  return {
    drop,
    /** Makes a view of a query, and gives its SQL and what it reads: `db.<schema>.<relation>`. */
    async make(select: string) {
      const name = `v${++serial}`;
      await sql.unsafe(`create view public.${name} as ${select}`);
      return await sql.begin(async (tx) => {
        await tx`set local search_path to ''`;
        const [view] = await tx<{ oid: number; definition: string; columns: string[] }[]>`
          select c.oid, pg_get_viewdef(c.oid, true) as definition,
            array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 order by attnum) as columns
          from pg_class c where relname = ${name}`;
        const dependsOn = await tx<{ name: string; columns: string[] }[]>`
          select 'db.' || n.nspname || '.' || case when root.relname ~ '[."]' then '"' || replace(root.relname, '"', '""') || '"' else root.relname end as name,
            array_remove(array_agg(distinct a.attname::text), null) as columns
          from pg_rewrite r
          join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass and d.deptype = 'n'
          join pg_class s on s.oid = d.refobjid and s.oid <> r.ev_class and s.relkind in ('r', 'p', 'v', 'm', 'f')
          join pg_class root on root.oid = case when s.relispartition then pg_partition_root(s.oid) else s.oid end
          join pg_namespace n on n.oid = root.relnamespace
          left join pg_attribute a on a.attrelid = s.oid and a.attnum = d.refobjsubid and d.refobjsubid > 0
          where r.ev_class = ${view!.oid} group by 1 order by 1`;
        return { definition: view!.definition, columns: view!.columns, dependsOn: dependsOn.map((each) => ({ ...each })) };
      });
    },
  };
}
