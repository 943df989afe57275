/** Policies and violations for tests, put into the tables directly; and the part of the subgraph that is about them. */
import { upsertClass } from '#platform/auth/access.ts';
import { createSubgraph } from '#platform/graphql/subgraph.ts';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import { createAsker } from '#platform/testing/asking.ts';
import type { TestDatabase } from '#platform/testing/database.ts';
import { createPolicyContext } from '../context.ts';
import { createPolicyResolvers } from '../resolvers/policyRoots.ts';
import { createViolationResolvers } from '../resolvers/violationRoots.ts';
import { insertPolicy as insert } from '../store/policies.ts';
import type { PolicyAssetRow, PolicyRow, ViolationRow } from '../store/tables/policy.ts';

const EARLY = new Date('2026-01-01T00:00:00.000Z');

export const silent = createLogger({ level: 'silent', format: 'json' });

/** `clock.now` is what the domain takes for the present; null: what it is. */
export function createTestPolicy(sql: Database) {
  const commits = { count: 0 };
  const clock: { now: Date | null } = { now: null };
  const deps = {
    sql,
    context: createPolicyContext({ sql }),
    onCommit: () => void commits.count++,
    logger: silent,
    now: () => clock.now ?? new Date(),
  };
  const subgraph = createSubgraph('policy', createPolicyResolvers(deps), createViolationResolvers(deps));
  return { ask: createAsker(subgraph.schema), commits, clock };
}

/** A source with one class. */
export async function insertSource({ owner }: TestDatabase): Promise<{ id: string; accessClass: number }> {
  const id = newId();
  return { id, accessClass: await upsertClass(owner, { sourceId: id, domainId: null }) };
}

export async function insertPolicy(sql: Database, given: Partial<PolicyRow> = {}): Promise<PolicyRow> {
  const row: PolicyRow = {
    id: newId(),
    name: 'A policy',
    description: null,
    ruleType: 'ownerRequired',
    params: {},
    scope: {},
    severity: 'WARNING',
    status: 'PUBLISHED',
    version: 1,
    draft: null,
    createdAt: EARLY,
    updatedAt: EARLY,
    ...given,
  };
  await sql.begin((tx) => insert(tx, row));
  return row;
}

type Source = { id: string; accessClass: number };

export async function insertAsset(sql: Database, source: Source, given: Partial<PolicyAssetRow> = {}): Promise<PolicyAssetRow> {
  const row: PolicyAssetRow = {
    assetId: newId(),
    sourceId: source.id,
    accessClass: source.accessClass,
    kind: 'TABLE',
    namespace: 'postgres://shop.example:5432',
    name: 'shop.public.customers',
    judgedName: null,
    ownerIds: [],
    isDeleted: false,
    dependsOn: [],
    seq: 1,
    ...given,
  };
  await sql`insert into policy.assets ${sql(row as never)}`;
  return row;
}

export type ViolationInput = Partial<ViolationRow> & { policy: PolicyRow; asset: PolicyAssetRow };

export async function insertViolations(sql: Database, inputs: readonly ViolationInput[]): Promise<ViolationRow[]> {
  const rows = inputs.map(({ policy, asset, ...given }): ViolationRow => ({
    id: newId(),
    policyId: policy.id,
    policyVersion: policy.version,
    assetId: asset.assetId,
    // Never two of one thing that are open.
    columnId: newId(),
    columnName: 'a_column',
    sourceId: asset.sourceId,
    accessClass: asset.accessClass,
    severity: policy.severity,
    status: 'OPEN',
    message: 'It has no owner.',
    evidence: { owners: 0 },
    raisedAt: EARLY,
    updatedAt: given.raisedAt ?? EARLY,
    resolvedAt: null,
    waivedUntil: null,
    waivedBecause: null,
    ...given,
  }));
  await sql`insert into policy.violations ${sql(rows as never[])}`;
  return rows;
}

export const insertViolation = async (sql: Database, input: ViolationInput): Promise<ViolationRow> =>
  (await insertViolations(sql, [input]))[0]!;
