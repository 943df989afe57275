/** What an evaluation reads and writes: policies in force, what they found before, and how far the evaluation of all assets is. */
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { EvaluationRow, PolicyRow, ViolationRow } from './tables/policy.ts';

/** `version`: the one that was published, whatever drafts came since. */
export type PolicyInForce = Pick<PolicyRow, 'id' | 'name' | 'ruleType' | 'params' | 'scope' | 'severity' | 'version'>;

export async function listPoliciesInForce(sql: Queryable, ids?: readonly string[]): Promise<PolicyInForce[]> {
  return sql<PolicyInForce[]>`
    select p.id, p.name, p.rule_type, p.params, p.scope, p.severity, coalesce(e.policy_version, p.version) as version
    from policy.policies p left join policy.evaluations e on e.policy_id = p.id
    where p.status = 'PUBLISHED' ${ids ? sql`and p.id = any(${ids as string[]}::uuid[])` : sql``} order by p.id`;
}

export type Unresolved = { assetIds: readonly string[]; policyIds?: readonly string[] };

/**
 * Locked: a person may be about to waive one. Each asset's are looked up by themselves: of a table that grows by 100,000 rows in a minute the
 * planner knows nothing, and reads all that a policy ever found.
 */
export async function lockUnresolved(tx: Transaction, { assetIds, policyIds }: Unresolved): Promise<ViolationRow[]> {
  return tx<ViolationRow[]>`
    select found.* from unnest(${assetIds as string[]}::uuid[]) as wanted (id) cross join lateral (
      select * from policy.violations where asset_id = wanted.id and status <> 'RESOLVED'
        ${policyIds ? tx`and policy_id = any(${policyIds as string[]}::uuid[])` : tx``}
      order by id for update
    ) as found`;
}

/** Those of the assets of which a policy has unresolved violations. */
export async function findAssetsWithUnresolved(sql: Queryable, policyId: string, assetIds: readonly string[]): Promise<string[]> {
  const rows = await sql<{ assetId: string }[]>`
    select wanted.id as asset_id from unnest(${assetIds as string[]}::uuid[]) as wanted (id) cross join lateral (
      select from policy.violations where policy_id = ${policyId} and asset_id = wanted.id and status <> 'RESOLVED' limit 1
    ) as found`;
  return rows.map((row) => row.assetId);
}

/** The next assets, in the order of their ids, of which a policy has unresolved violations. */
export async function listAssetsWithUnresolved(
  sql: Queryable,
  policyId: string,
  page: { after: string | null; limit: number },
): Promise<string[]> {
  const rows = await sql<{ assetId: string }[]>`
    select distinct asset_id from policy.violations where policy_id = ${policyId} and status <> 'RESOLVED'
      ${page.after ? sql`and asset_id > ${page.after}::uuid` : sql``}
    order by asset_id limit ${page.limit}`;
  return rows.map((row) => row.assetId);
}

export async function countAssetsWithUnresolved(sql: Queryable, policyId: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(distinct asset_id) as count from policy.violations where policy_id = ${policyId} and status <> 'RESOLVED'`;
  return row!.count;
}

const AT_ONCE = 2_000;

function* slices<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let from = 0; from < rows.length; from += AT_ONCE) yield rows.slice(from, from + AT_ONCE);
}

export async function insertViolations(tx: Transaction, all: readonly ViolationRow[]): Promise<void> {
  for (const rows of slices(all)) {
    await tx`
      insert into policy.violations (id, policy_id, policy_version, asset_id, column_id, column_name, source_id, access_class, severity, status,
        message, evidence, raised_at, updated_at)
      select id, policy_id, version, asset_id, column_id, column_name, source_id, class, severity::policy.severity, 'OPEN', message, evidence::jsonb, at, at
      from unnest(
        ${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.policyId)}::uuid[], ${rows.map((row) => row.policyVersion)}::int[],
        ${rows.map((row) => row.assetId)}::uuid[], ${rows.map((row) => row.columnId)}::uuid[], ${rows.map((row) => row.columnName)}::text[],
        ${rows.map((row) => row.sourceId)}::uuid[], ${rows.map((row) => row.accessClass)}::int[], ${rows.map((row) => row.severity)}::text[],
        ${rows.map((row) => row.message)}::text[], ${rows.map((row) => JSON.stringify(row.evidence))}::text[],
        ${rows.map((row) => row.raisedAt.toISOString())}::timestamptz[]
      ) as new (id, policy_id, version, asset_id, column_id, column_name, source_id, class, severity, message, evidence, at)`;
  }
}

/** What evaluations say of violations that stay. */
export async function updateViolations(tx: Transaction, all: readonly ViolationRow[]): Promise<void> {
  for (const rows of slices(all)) {
    await tx`
      update policy.violations v set policy_version = new.version, column_name = new.column_name, source_id = new.source_id, access_class = new.class,
        severity = new.severity::policy.severity, message = new.message, evidence = new.evidence::jsonb, updated_at = new.at
      from unnest(
        ${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.policyVersion)}::int[], ${rows.map((row) => row.columnName)}::text[],
        ${rows.map((row) => row.sourceId)}::uuid[], ${rows.map((row) => row.accessClass)}::int[], ${rows.map((row) => row.severity)}::text[],
        ${rows.map((row) => row.message)}::text[], ${rows.map((row) => JSON.stringify(row.evidence))}::text[],
        ${rows.map((row) => row.updatedAt.toISOString())}::timestamptz[]
      ) as new (id, version, column_name, source_id, class, severity, message, evidence, at)
      where v.id = new.id`;
  }
}

export async function resolveViolations(tx: Transaction, ids: readonly string[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  await tx`
    update policy.violations set status = 'RESOLVED', resolved_at = ${at}, updated_at = ${at} where id = any(${ids as string[]}::uuid[])`;
}

/** A new one begins again from the first asset. */
export async function requestRow(tx: Transaction, policy: { id: string; version: number }, at: Date): Promise<void> {
  await tx`
    insert into policy.evaluations (policy_id, policy_version, requested_at) values (${policy.id}, ${policy.version}, ${at})
    on conflict (policy_id) do update set policy_version = excluded.policy_version, after_id = null, done = 0, total = null,
      requested_at = excluded.requested_at, started_at = null, finished_at = null`;
}

export async function lockEvaluation(tx: Transaction, policyId: string): Promise<EvaluationRow | undefined> {
  const [row] = await tx<EvaluationRow[]>`select * from policy.evaluations where policy_id = ${policyId} for update`;
  return row;
}

export async function saveEvaluation(
  tx: Transaction,
  { policyId, afterId, done, total, startedAt, finishedAt }: EvaluationRow,
): Promise<void> {
  await tx`
    update policy.evaluations set after_id = ${afterId}, done = ${done}, total = ${total}, started_at = ${startedAt}, finished_at = ${finishedAt}
    where policy_id = ${policyId}`;
}
