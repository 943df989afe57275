/** What evaluation does with each event: keeps policy's copy of assets, and judges what changed. */
import type { Database, Transaction } from '#platform/database/index.ts';
import { createConsumer, type ConsumedEvent, type Consumer } from '#platform/events/consumer.ts';
import type { EventType } from '#platform/events/types.ts';
import type { Logger } from '#platform/logger.ts';
import { copyAssets, listCopiedNames, listDependents } from '../store/assets.ts';
import { listPoliciesInForce } from '../store/evaluations.ts';
import { takeEvaluationTurn } from '../store/turns.ts';
import type { Evaluate } from './evaluation.ts';
import { readJudge } from './judging.ts';

const ASSET_TYPES: readonly EventType[] = ['asset.created', 'asset.updated', 'asset.deleted'];
const LABEL_TYPES: readonly EventType[] = ['classification.suggested', 'classification.confirmed', 'classification.rejected'];

type Deps = { sql: Database; evaluate: Evaluate; faults: ReadonlySet<string>; logger: Logger };

export function createEvaluationConsumers({ sql, evaluate, faults, logger }: Deps): Consumer[] {
  const assets = createConsumer({
    sql,
    name: 'policy.assets',
    types: ASSET_TYPES,
    handle: async (tx, events) => {
      await takeEvaluationTurn(tx);
      await copyAssets(tx, events);
    },
    faults,
    logger,
  });
  const evaluation = createConsumer({
    sql,
    name: 'policy.evaluation',
    types: [...ASSET_TYPES, ...LABEL_TYPES],
    handle: async (tx, events) => {
      await takeEvaluationTurn(tx);
      const dependents = await followDependents(tx, events, logger);
      await evaluate(tx, { assetIds: [...events.filter(concernsAsset).map(({ subject }) => subject!), ...dependents] });
    },
    faults,
    logger,
  });
  return [assets, evaluation];
}

/** What a rule suggests confirms nothing, and takes nothing back; a person's suggestion does. */
const concernsAsset = ({ type, subject, actorId }: ConsumedEvent): boolean =>
  subject !== null && (type !== 'classification.suggested' || actorId !== null);

/**
 * Copies what the events tell, and gives the views to judge again: those that read an asset whose labels changed, or that came, went
 * or got another name. The copy is never behind the events that were judged, so a name that a view reads is found under its present one.
 */
async function followDependents(tx: Transaction, events: readonly ConsumedEvent[], logger: Logger): Promise<string[]> {
  const ids = [...new Set(events.flatMap(({ subject }) => subject ?? []))];
  const before = await listCopiedNames(tx, ids);
  await copyAssets(tx, events);
  const policies = await listPoliciesInForce(tx);
  if (!policies.some((policy) => readJudge(policy, logger)?.needs.has('definition'))) return [];
  const names = new Map<string, Set<string>>();
  for (const event of events) {
    const { namespace, name, accessBefore, accessAfter } = event.attributes;
    if (!concernsAsset(event) || namespace === undefined || name === undefined) continue;
    const previous = before.get(event.subject!);
    const cameOrWent = accessBefore === undefined || accessAfter === undefined;
    if (event.type === 'asset.updated' && previous === name && !cameOrWent) continue;
    const ofNamespace = names.get(namespace) ?? new Set();
    names.set(namespace, ofNamespace.add(name).add(previous ?? name));
  }
  const dependents: string[] = [];
  for (const [namespace, each] of names) dependents.push(...(await listDependents(tx, namespace, [...each])));
  return dependents;
}
