/** Governance policies. Any reading role sees all of them. */
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { Page } from '#platform/graphql/connections.ts';
import type { EvaluationRow, PolicyRow } from './tables/policy.ts';

export type PolicyKey = [name: string, id: string];

export async function findPolicies(sql: Queryable, ids: readonly string[]): Promise<PolicyRow[]> {
  return sql<PolicyRow[]>`select * from policy.policies where id = any(${ids as string[]}::uuid[])`;
}

/** A page of `first + 1`, by name. */
export async function listPolicies(sql: Queryable, page: Page<PolicyKey>): Promise<PolicyRow[]> {
  return sql<PolicyRow[]>`
    select * from policy.policies ${page.after ? sql`where (name, id) > (${page.after[0]}, ${page.after[1]}::uuid)` : sql``}
    order by name, id limit ${page.first + 1}`;
}

export async function countPolicies(sql: Queryable): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*) as count from policy.policies`;
  return row!.count;
}

export async function findEvaluations(sql: Queryable, policyIds: readonly string[]): Promise<EvaluationRow[]> {
  return sql<EvaluationRow[]>`select * from policy.evaluations where policy_id = any(${policyIds as string[]}::uuid[])`;
}

export async function lockPolicy(tx: Transaction, id: string): Promise<PolicyRow | undefined> {
  const [row] = await tx<PolicyRow[]>`select * from policy.policies where id = ${id} for update`;
  return row;
}

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

export async function insertPolicy(tx: Transaction, row: PolicyRow): Promise<void> {
  await tx`
    insert into policy.policies (id, name, description, rule_type, params, scope, severity, status, version, created_at, updated_at)
    values (${row.id}, ${row.name}, ${row.description}, ${row.ruleType}, ${json(row.params)}::text::jsonb, ${json(row.scope)}::text::jsonb,
      ${row.severity}, ${row.status}, ${row.version}, ${row.createdAt}, ${row.updatedAt})`;
}

export async function updatePolicy(tx: Transaction, row: PolicyRow): Promise<void> {
  await tx`
    update policy.policies set name = ${row.name}, description = ${row.description}, params = ${json(row.params)}::text::jsonb,
      scope = ${json(row.scope)}::text::jsonb, severity = ${row.severity}, status = ${row.status}, version = ${row.version},
      draft = ${json(row.draft)}::text::jsonb, updated_at = ${row.updatedAt}
    where id = ${row.id}`;
}
