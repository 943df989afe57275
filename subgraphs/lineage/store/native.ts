/** What flows by what sources reported, beside the open flows: where no step was missed the two are the same. */
import type { Queryable, Transaction } from '#platform/database/index.ts';
import { LINEAGE_GRAPH } from '#platform/events/consumerNames.ts';
import { columnNodeId } from './nodeIds.ts';
import type { ColumnNode, FlowDetails, Transformation } from '../graph/index.ts';

/**
 * MISSING: reported, but not open. EXTRA: open, but not reported any more. Between assets; or between their columns, as the SQL of a view
 * says: another transformation of the same flow is both.
 */
export type NativeDifference = { fromId: string; toId: string; what: 'MISSING' | 'EXTRA'; columns: ColumnDifference | null };
/** The columns at both ends. */
type ColumnDifference = { nodes: ColumnNode[]; details: Pick<FlowDetails, 'transformation' | 'confidence'> };

type Row = {
  fromId: string;
  toId: string;
  what: NativeDifference['what'];
  kind: 'TABLE' | 'COLUMN';
  from: string;
  to: string;
  transformation: Transformation;
  confidence: number;
  count: number;
};

/** Names are resolved as the feed does: among living assets, as they are called now, and nothing reads itself. EXTRA ones first. */
export async function findNativeDifferences(sql: Queryable, limit: number): Promise<{ count: number; first: NativeDifference[] }> {
  const rows = await sql<Row[]>`
    with reading as (
      select a.asset_id as from_id, d.asset_id as to_id, d.flows
      from lineage.dependencies d
      join lineage.assets r on r.asset_id = d.asset_id and not r.is_deleted
      join lineage.assets a on a.namespace = d.namespace and a.name = coalesce(d.renamed_to, d.name) and not a.is_deleted and a.asset_id <> d.asset_id
    ), reported as (
      select distinct 'TABLE' as kind, from_id, to_id, '' as "from", '' as "to", 'DIRECT' as transformation, 1::real as confidence from reading
      union all
      -- Where two names have become one the stronger word counts, as in the feed: DIRECT comes after CONDITIONAL.
      select 'COLUMN', from_id, to_id, flow ->> 0, flow ->> 1, max(flow ->> 2), max((flow ->> 3)::real)
      from reading, jsonb_array_elements(flows) as flow group by from_id, to_id, flow ->> 0, flow ->> 1
    ), open as (
      select kind, from_id, to_id, '' as "from", '' as "to", transformation, confidence
      from lineage.edges where valid_to is null and origin = 'NATIVE' and kind = 'TABLE'
      union all
      select e.kind, f.asset_id, t.asset_id, f.name, t.name, e.transformation, e.confidence
      from lineage.edges e join lineage.columns f on f.column_id = e.from_id join lineage.columns t on t.column_id = e.to_id
      where e.valid_to is null and e.origin = 'PARSED' and e.kind = 'COLUMN'
    )
    select kind, from_id, to_id, "from", "to", transformation, confidence, case when o is null then 'MISSING' else 'EXTRA' end as what,
      count(*) over () as count
    from reported r full join open o using (kind, from_id, to_id, "from", "to", transformation, confidence)
    where r is null or o is null
    order by what, kind limit ${limit}`;
  return { count: rows[0]?.count ?? 0, first: rows.map(differenceOf) };
}

function differenceOf({ fromId, toId, what, kind, from, to, transformation, confidence }: Row): NativeDifference {
  if (kind === 'TABLE') return { fromId, toId, what, columns: null };
  const nodes = [
    { id: columnNodeId(fromId, from), assetId: fromId, name: from },
    { id: columnNodeId(toId, to), assetId: toId, name: to },
  ] as const;
  return { fromId: nodes[0].id, toId: nodes[1].id, what, columns: { nodes: [...nodes], details: { transformation, confidence } } };
}

export async function countNative(sql: Queryable): Promise<{ assets: number; flows: number }> {
  const [row] = await sql<{ assets: number; flows: number }[]>`
    select (select count(*) from lineage.assets where not is_deleted) as assets,
      (select count(*) from lineage.edges where valid_to is null and (kind, origin) in (('TABLE', 'NATIVE'), ('COLUMN', 'PARSED'))) as flows`;
  return row!;
}

/** The feed writes nothing until the transaction ends, and has nothing half written. */
export async function holdFeed(tx: Transaction): Promise<void> {
  await tx`select from events.cursors where consumer = ${LINEAGE_GRAPH} for update`;
}
