/** What a draft would find among the assets that a viewer sees, without storing anything. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { Database } from '#platform/database/index.ts';
import { callerOf, type RequestContext } from '#platform/graphql/context.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { createPauses } from '#platform/pauses.ts';
import { createTurns } from '#platform/turns.ts';
import type { AssetFacts } from '../facts.ts';
import { listCopies } from '../store/assets.ts';
import { readFacts } from '../store/facts.ts';
import type { CheckedDefinition } from './definition.ts';
import { createJudge, type Judge } from './judging.ts';
import { compileScope } from './scope.ts';

/** A request's worth of facts, and what of them is in memory at a time: two of these. */
const FACTS_AT_ONCE = 500;
const WIDE_FACTS_AT_ONCE = 250;
const COPIES_AT_ONCE = 5_000;
/** As many can be asked of `PolicyPreview.sample`. */
const SAMPLE = 200;
/** It reads the whole catalog: others wait. */
const AT_ONCE = 2;

export type PreviewFinding = { assetId: string; columnId: string | null; message: string };
export type Preview = { checked: number; violating: number; findings: PreviewFinding[] };
export type PreviewDeps = { sql: Database; askCatalog: AskSubgraph };
export type Previews = (definition: CheckedDefinition, viewer: { context: RequestContext; classes: VisibleClasses }) => Promise<Preview>;

/** `checked`: assets in scope. `findings`: the first 200, by the name of the asset and the place of the column. */
export function createPreviews({ sql, askCatalog }: PreviewDeps): Previews {
  const turns = createTurns({ limit: AT_ONCE, perKey: 1 });

  async function run(judge: Judge, context: RequestContext, classes: VisibleClasses): Promise<Preview> {
    const tally = createTally(judge);
    const size = judge.needs.size > 0 ? WIDE_FACTS_AT_ONCE : FACTS_AT_ONCE;
    let waiting: Promise<AssetFacts[]> | undefined;
    for await (const ids of listCandidates(sql, classes, judge, size)) {
      // The next facts are on their way while these are judged.
      const next = readFacts({ sql, askCatalog, context }, ids, judge.needs);
      next.catch(() => undefined); // awaited below, or of no interest after an earlier one failed
      await tally.add((await waiting) ?? [], context.signal);
      waiting = next;
      context.signal?.throwIfAborted();
    }
    await tally.add((await waiting) ?? [], context.signal);
    return tally.result();
  }

  return async ({ ruleType, params, scope }, { context, classes }) => {
    const giveBack = await turns.take(callerOf(context), context.signal);
    try {
      return await run(createJudge({ ruleType, params, scope: compileScope(scope) }), context, classes);
    } finally {
      giveBack();
    }
  };
}

/** Ids of the assets that could be in scope, page by page. */
async function* listCandidates(sql: Database, classes: VisibleClasses, { scope }: Judge, size: number): AsyncGenerator<string[]> {
  for (let after: string | null = null; ;) {
    const copies = await listCopies(sql, classes, { after, limit: COPIES_AT_ONCE });
    const ids = copies.filter(scope.mayMatch).map(({ assetId }) => assetId);
    for (let from = 0; from < ids.length; from += size) yield ids.slice(from, from + size);
    if (copies.length < COPIES_AT_ONCE) return;
    after = copies.at(-1)!.assetId;
  }
}

function createTally(judge: Judge) {
  const counts = { checked: 0, violating: 0 };
  /** The last name of a full sample: what comes after it is only counted. */
  let last: string | undefined;
  let sample: (PreviewFinding & { name: string })[] = [];
  const cut = (): void => {
    // Stable, so columns stay in their order.
    sample = sample.toSorted((a, b) => compare(a.name, b.name) || compare(a.assetId, b.assetId)).slice(0, SAMPLE);
    if (sample.length === SAMPLE) last = sample.at(-1)!.name;
  };
  return {
    async add(assets: readonly AssetFacts[], signal: AbortSignal | undefined): Promise<void> {
      const pause = createPauses(signal);
      for (const asset of assets) {
        await pause();
        const findings = judge.judge(asset);
        if (!findings) continue;
        counts.checked += 1;
        if (findings.length === 0) continue;
        counts.violating += 1;
        if (last !== undefined && asset.name > last) continue;
        for (const { columnId, message } of findings.slice(0, SAMPLE))
          sample.push({ assetId: asset.id, columnId, message, name: asset.name });
      }
      if (sample.length > SAMPLE) cut();
    },
    result: (): Preview => {
      cut();
      return { ...counts, findings: sample.map(({ assetId, columnId, message }) => ({ assetId, columnId, message })) };
    },
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
