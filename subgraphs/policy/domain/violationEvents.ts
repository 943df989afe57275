/** What is told of violations: one event for each change, with what filters and replicas read. */
import type { Transaction } from '#platform/database/index.ts';
import { append } from '#platform/events/append.ts';
import type { NewEvent } from '#platform/events/types.ts';
import type { ViolationRow } from '../store/tables/policy.ts';

type ViolationEventType = 'policy.violated' | 'policy.resolved' | 'policy.acknowledged' | 'policy.waived' | 'policy.reopened';

/** `violation`: as it is after the change. */
export type ViolationChange =
  | { type: Exclude<ViolationEventType, 'policy.waived' | 'policy.reopened'>; violation: ViolationRow; actorId: string | null }
  | { type: 'policy.waived'; violation: ViolationRow; actorId: string; because: string; until: Date }
  | { type: 'policy.reopened'; violation: ViolationRow; actorId: string | null; because: 'the waiver expired' | 'somebody reopened it' };

type Told = { policyId: string; policyName: string };
type ToldAsset = {
  assetId: string;
  kind: string;
  namespace: string;
  name: string;
  ownerIds: string[];
  labels: string[];
  domainId: string | null;
};

/** Appends the events, in this order. Call it after the rows are written: their locks keep the order of each violation. */
export async function appendViolationEvents(tx: Transaction, changes: readonly ViolationChange[], now = new Date()): Promise<void> {
  if (changes.length === 0) return;
  const policyIds = [...new Set(changes.map(({ violation }) => violation.policyId))];
  const assetIds = [...new Set(changes.map(({ violation }) => violation.assetId))];
  const names = new Map(
    (await tx<Told[]>`select id as policy_id, name as policy_name from policy.policies where id = any(${policyIds}::uuid[])`).map((row) => [
      row.policyId,
      row.policyName,
    ]),
  );
  const assets = new Map(
    (
      await tx<ToldAsset[]>`
        select a.asset_id, a.kind, a.namespace, a.name, a.owner_ids, coalesce(l.labels, '{}') as labels, k.domain_id
        from policy.assets a left join access.classes k on k.id = a.access_class left join lateral (
          select array_agg(distinct label order by label) as labels from policy.column_labels c
          where c.asset_id = a.asset_id and c.state = 'CONFIRMED' and c.is_living
        ) l on true
        where a.asset_id = any(${assetIds}::uuid[])`
    ).map((row) => [row.assetId, row]),
  );
  await append(
    tx,
    'policy',
    changes.map((change): NewEvent => {
      const { violation, type, actorId } = change;
      const asset = assets.get(violation.assetId);
      if (!asset) throw new Error(`Policy does not know the asset ${violation.assetId} of a violation`);
      const { kind, namespace, name, ownerIds, labels, domainId } = asset;
      return {
        type,
        subject: violation.id,
        actorId,
        data: {
          kind,
          namespace,
          name,
          policyName: names.get(violation.policyId)!,
          columnId: violation.columnId,
          column: violation.columnName,
          message: violation.message,
          ...('because' in change && { because: change.because }),
          ...('until' in change && { until: change.until.toISOString() }),
        },
        attributes: {
          accessBefore: violation.accessClass,
          accessAfter: violation.accessClass,
          sourceId: violation.sourceId,
          domainId,
          kind,
          namespace,
          name,
          ownerIds,
          labels,
          assetId: violation.assetId,
          policyId: violation.policyId,
          severity: violation.severity,
          status: violation.status,
          raisedAt: violation.raisedAt.toISOString(),
        },
      } as NewEvent;
    }),
    now,
  );
}
