/** What evaluation does with each event: keeps policy's copy of assets, and judges what changed. */
import type { Database, Transaction } from '#platform/database/index.ts';
import { createConsumer, type ConsumedEvent, type Consumer } from '#platform/events/consumer.ts';
import type { EventType } from '#platform/events/types.ts';
import type { Logger } from '#platform/logger.ts';
import { copyAssets, listDependents, listJudgedNames, saveJudgedNames } from '../store/assets.ts';
import { listPoliciesInForce } from '../store/evaluations.ts';
import { takeEvaluationTurn } from '../store/locks.ts';
import type { Evaluate } from './evaluation.ts';
import { readJudge } from './judging.ts';
import { evaluateLater } from './evaluationJobs.ts';

const ASSET_TYPES: readonly EventType[] = ['asset.created', 'asset.updated', 'asset.deleted'];
const LABEL_TYPES: readonly EventType[] = ['classification.suggested', 'classification.confirmed', 'classification.rejected'];

/** Views judged in the transaction of the event; the others wait for a job, and nobody waits for them. */
const MOST_DEPENDENTS = 500;

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
      await evaluateLater(tx, dependents.splice(MOST_DEPENDENTS));
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
 * or got another name since its readers were judged. The copy itself cannot say that: others bring it up to date, too, and may be ahead.
 */
async function followDependents(tx: Transaction, events: readonly ConsumedEvent[], logger: Logger): Promise<string[]> {
  const before = await listJudgedNames(tx, [...new Set(events.flatMap(({ subject }) => subject ?? []))]);
  await copyAssets(tx, events);
  const judged = new Map<string, string>();
  const names = new Map<string, Set<string>>();
  for (const event of events) {
    const { namespace, name, accessBefore, accessAfter } = event.attributes;
    if (!concernsAsset(event) || namespace === undefined || name === undefined) continue;
    const previous = judged.get(event.subject!) ?? before.get(event.subject!);
    judged.set(event.subject!, name);
    const cameOrWent = accessBefore === undefined || accessAfter === undefined;
    if (event.type === 'asset.updated' && previous === name && !cameOrWent) continue;
    const ofNamespace = names.get(namespace) ?? new Set();
    names.set(namespace, ofNamespace.add(name).add(previous ?? name));
  }
  await saveJudgedNames(tx, judged);
  if (names.size === 0) return [];
  const policies = await listPoliciesInForce(tx);
  if (!policies.some((policy) => readJudge(policy, logger)?.needs.has('definition'))) return [];
  const dependents: string[] = [];
  for (const [namespace, each] of names) dependents.push(...(await listDependents(tx, namespace, [...each])));
  return dependents;
}
