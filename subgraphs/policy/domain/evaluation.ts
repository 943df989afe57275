/** Judges assets by the policies in force, and writes what changed since the last time. */
import type { Transaction } from '#platform/database/index.ts';
import { canonicalJson } from '#platform/events/leaf.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { newId } from '#platform/ids.ts';
import { following } from '#platform/dateTime.ts';
import type { Logger } from '#platform/logger.ts';
import { createPauses } from '#platform/pauses.ts';
import type { AssetFacts } from '../facts.ts';
import type { Finding, Need } from '../rules/types.ts';
import { correctCopies } from '../store/assets.ts';
import * as store from '../store/evaluations.ts';
import type { PolicyInForce } from '../store/evaluations.ts';
import { readFacts, systemContext } from '../store/facts.ts';
import type { ViolationRow } from '../store/tables/policy.ts';
import { takeEvaluationTurn } from '../store/locks.ts';
import { readJudge, type Judge } from './judging.ts';
import { appendViolationEvents, type ViolationChange } from './violationEvents.ts';

/** As many facts in memory at a time: an asset may have 1,600 columns. */
const ASSETS_AT_ONCE = 250;

export type EvaluationDeps = { askCatalog: AskSubgraph; logger: Logger; now?: () => Date };
/** `policyIds`: absent for all. */
export type EvaluationRequest = { assetIds: readonly string[]; policyIds?: readonly string[] };
export type Evaluate = (tx: Transaction, request: EvaluationRequest) => Promise<void>;

type Policy = PolicyInForce & { judge: Judge | undefined };
type Found = { policy: Policy; asset: AssetFacts; finding: Finding; columnName: string | null };

/**
 * Within one turn, so that nobody writes an older judgement over a newer one. What it finds and knew not is violated; what it
 * knew and does not find any more is resolved, whatever people decided: the asset or column is gone, mended, out of scope, or the policy is out of force.
 */
export function createEvaluate({ askCatalog, logger, now = () => new Date() }: EvaluationDeps): Evaluate {
  const log = logger.child({ module: 'evaluation' });
  return async (tx, { assetIds, policyIds }) => {
    await takeEvaluationTurn(tx);
    const policies = (await store.listPoliciesInForce(tx, policyIds)).map((policy): Policy => ({
      ...policy,
      judge: readJudge(policy, log),
    }));
    const needs = new Set(policies.flatMap(({ judge }): Need[] => [...(judge?.needs ?? [])]));
    const judging = policies.some(({ judge }) => judge);
    const ids = [...new Set(assetIds)].toSorted();
    for (let from = 0; from < ids.length; from += ASSETS_AT_ONCE) {
      const batch = ids.slice(from, from + ASSETS_AT_ONCE);
      const assets = judging ? await readFacts({ sql: tx, askCatalog, context: systemContext() }, batch, needs) : [];
      await correctCopies(tx, assets);
      const known = await store.lockUnresolved(tx, { assetIds: batch, policyIds });
      const left = new Set(policies.filter(({ judge }) => !judge).map(({ id }) => id));
      await write(
        tx,
        await findAll(policies, assets),
        known.filter(({ policyId }) => !left.has(policyId)),
        following(now(), ...known.map(({ updatedAt }) => updatedAt)),
      );
    }
  };
}

async function findAll(policies: readonly Policy[], assets: readonly AssetFacts[]): Promise<Found[]> {
  const all: Found[] = [];
  const pause = createPauses();
  for (const asset of assets) {
    let names: Map<string | null, string> | undefined;
    for (const policy of policies) {
      await pause();
      for (const finding of policy.judge?.judge(asset) ?? []) {
        names ??= new Map(asset.columns.map(({ id, name }) => [id, name]));
        all.push({ policy, asset, finding, columnName: names.get(finding.columnId) ?? null });
      }
    }
  }
  return all;
}

async function write(tx: Transaction, all: readonly Found[], known: readonly ViolationRow[], at: Date): Promise<void> {
  const knownByKey = new Map(known.map((row) => [keyOf(row.policyId, row.assetId, row.columnId), row]));
  const raised: ViolationRow[] = [];
  const changed: ViolationRow[] = [];
  for (const found of all) {
    const key = keyOf(found.policy.id, found.asset.id, found.finding.columnId);
    const before = knownByKey.get(key);
    knownByKey.delete(key);
    if (!before) raised.push(newRow(found, at));
    else changed.push(...changeOf(before, found, at));
  }
  const resolved = [...knownByKey.values()].map((row): ViolationRow => ({ ...row, status: 'RESOLVED', resolvedAt: at, updatedAt: at }));
  await store.insertViolations(tx, raised);
  await store.updateViolations(tx, changed);
  await store.resolveViolations(
    tx,
    resolved.map((row) => row.id),
    at,
  );
  const told: ViolationChange[] = [
    ...resolved.map((violation) => ({ type: 'policy.resolved' as const, violation, actorId: null })),
    ...raised.map((violation) => ({ type: 'policy.violated' as const, violation, actorId: null })),
  ];
  await appendViolationEvents(tx, told, at);
}

const keyOf = (policyId: string, assetId: string, columnId: string | null): string => `${policyId} ${assetId} ${columnId ?? ''}`;

/** What an evaluation says of a violation. */
const wordsOf = ({ policy, asset, finding, columnName }: Found) => ({
  policyVersion: policy.version,
  columnName,
  sourceId: asset.sourceId,
  accessClass: asset.accessClass,
  severity: policy.severity,
  message: finding.message,
  evidence: finding.evidence,
});

const newRow = (found: Found, at: Date): ViolationRow => ({
  id: newId(),
  policyId: found.policy.id,
  assetId: found.asset.id,
  columnId: found.finding.columnId,
  ...wordsOf(found),
  status: 'OPEN',
  raisedAt: at,
  updatedAt: at,
  resolvedAt: null,
  waivedUntil: null,
  waivedBecause: null,
});

/** The row with what is new of it, if anything is. No event: it was violated and still is; of a new severity the policy's own event tells. */
function changeOf(before: ViolationRow, found: Found, at: Date): ViolationRow[] {
  const words = wordsOf(found);
  const differs = (Object.keys(words) as (keyof typeof words)[]).filter((key) =>
    key === 'evidence' ? canonicalJson(before.evidence) !== canonicalJson(words.evidence) : before[key] !== words[key],
  );
  if (differs.length === 0) return [];
  const silent = differs.every((key) => key === 'policyVersion');
  return [{ ...before, ...words, updatedAt: silent ? before.updatedAt : at }];
}
