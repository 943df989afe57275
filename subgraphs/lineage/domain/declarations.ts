/** People's word that data flows where no source tells of it. It holds until a person takes it back: no scan touches it. */
import { includesClass, type VisibleClasses } from '#platform/auth/access.ts';
import { requireReader } from '#platform/auth/viewer.ts';
import type { Database, Transaction } from '#platform/database/index.ts';
import { beginAgain } from '#platform/database/retry.ts';
import { Conflict, InvalidInput, NotAllowed, NotFound } from '#platform/errors.ts';
import { append, logPosition } from '#platform/events/append.ts';
import type { LineageWords, LogCursor, NewEvent } from '#platform/events/types.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { newId } from '#platform/ids.ts';
import type { GraphEdge } from '../graph/index.ts';
import { listMissing, NOT_FED } from '../store/assets.ts';
import {
  findLast,
  findLastEdge,
  getDeclaredEdge,
  hasDeclaredColumns,
  insertDeclaration,
  listOtherOrigins,
  lockFacts,
  retractDeclaration,
  type Declaration,
} from '../store/declarations.ts';
import { writeFacts, type AssetNode, type FlowChange } from '../store/facts.ts';
import { findEnds, type End } from './declarationEnds.ts';
import { checkJob, checkWords, type DeclarationWords, type Words } from './declarationInputs.ts';
import { jobNodeId } from '../store/nodeIds.ts';

type Flow = { from: End; to: End };
/** Who says it. `editable`: the classes whose assets they may edit. */
export type Declarer = { context: RequestContext; editable: () => Promise<VisibleClasses> };
/** `cursor`: where the log ended before. */
export type Declared = Flow & { edge: GraphEdge; cursor: LogCursor };

export type Declarations = {
  /** What is declared already stays as it was, whatever is said of it now. */
  declare(declarer: Declarer, words: DeclarationWords): Promise<Declared>;
  retract(declarer: Declarer, words: Words): Promise<Declared>;
};

type Deps = { sql: Database; askCatalog: AskSubgraph; onCommit: () => void; now?: () => Date };

export function createDeclarations({ sql, askCatalog, onCommit, now = () => new Date() }: Deps): Declarations {
  /** Catalog is asked without a connection held. */
  async function findFlow({ context, editable }: Declarer, words: Words): Promise<Flow> {
    const ends = await findEnds({ sql, askCatalog }, context, words);
    if (!includesClass(await editable(), ends.to.asset.accessClass)) {
      const message =
        'Declaring lineage, or taking it back, needs the role STEWARD or ADMIN over the source or the domain of what data flows to.';
      throw new NotAllowed(message, 'role:STEWARD');
    }
    return ends;
  }

  /** Who writes lineage takes turns: `last` is the last declaration of the flow. Gives the one that holds, or held, afterwards. */
  async function change(
    { from, to }: Flow,
    work: (tx: Transaction, last: Declaration | undefined) => Promise<Declaration>,
  ): Promise<Declared> {
    const changed = await beginAgain(sql, async (tx) => {
      const cursor = await logPosition(tx);
      await lockFacts(tx);
      const declaration = await work(tx, await findLast(tx, { fromId: from.nodeId, toId: to.nodeId }));
      return { cursor, edge: await getDeclaredEdge(tx, { ...declaration, validFrom: declaration.declaredAt }) };
    });
    onCommit();
    return { from, to, ...changed };
  }

  return {
    async declare(declarer, given) {
      const { userId } = requireReader(declarer.context.viewer);
      const { transformation, ...words } = checkWords(given);
      const job = checkJob(words.job);
      const { from, to } = await findFlow(declarer, words);
      for (const { isDeleted } of [from, to]) if (isDeleted) throw new Conflict(DELETED);
      return await change({ from, to }, async (tx, last) => {
        if (last && last.retractedAt === null) return last;
        const [fromId, toId] = [from.nodeId, to.nodeId];
        const lastEdge = await findLastEdge(tx, { fromId, toId });
        // What is open until then is only what flows between columns.
        const at = latest(now(), lastEdge && (lastEdge.validTo ?? justAfter(lastEdge.validFrom)));
        const declaration = { id: newId(), fromId, toId, reason: words.reason, declaredBy: userId, declaredAt: at };
        const jobId = job && jobNodeId(job.namespace, job.name);
        await insertDeclaration(tx, declaration);
        await writeFacts(tx, {
          assets: await listUnfed(tx, [from, to]),
          columns: [from, to].flatMap(({ column }) => column ?? []),
          jobs: job ? [{ id: jobId!, ...job }] : [],
          changes: [
            ...(to.column ? ofAssets({ from, to }, 'opened', at) : [{ ...flowOf({ from, to }), change: 'closed' as const, at }]),
            { ...flowOf({ from, to }), change: 'opened', at, details: { transformation, jobId } },
          ],
        });
        await append(
          tx,
          'lineage',
          [eventOf({ from, to }, declaration.id, { actorId: userId, change: 'declared', reason: words.reason })],
          at,
        );
        return { ...declaration, retractedBy: null, retractedAt: null, retractedBecause: null };
      });
    },

    async retract(declarer, given) {
      const { userId } = requireReader(declarer.context.viewer);
      const words = checkWords(given);
      const { from, to } = await findFlow(declarer, words);
      return await change({ from, to }, async (tx, last) => {
        if (!last || last.retractedAt !== null) throw await notDeclared(tx, { from, to });
        // An interval that ends where it begins would never have been.
        const at = latest(now(), justAfter(last.declaredAt));
        await retractDeclaration(tx, last.id, { userId, at, because: words.reason });
        await writeFacts(tx, {
          assets: [],
          changes: [{ ...flowOf({ from, to }), change: 'closed', at }, ...(await withoutIt(tx, { from, to }, at))],
        });
        await append(tx, 'lineage', [eventOf({ from, to }, last.id, { actorId: userId, change: 'retracted', reason: words.reason })], at);
        return last;
      });
    },
  };
}

const DELETED = 'One of these was deleted. Lineage can be declared once a scan finds it again.';

const flowOf = ({ from, to }: Flow) =>
  ({ fromId: from.nodeId, toId: to.nodeId, kind: to.column ? 'COLUMN' : 'TABLE', origin: 'DECLARED' }) as const;

/**
 * What flows between columns flows between their assets, as with what sources report: an edge of the assets is open as long as a declaration
 * between them or between their columns holds. One of the assets themselves has its own interval, which begins and ends with it.
 */
function ofAssets({ from, to }: Flow, change: FlowChange['change'], at: Date): FlowChange[] {
  if (from.asset.id === to.asset.id) return [];
  return [{ fromId: from.asset.id, toId: to.asset.id, kind: 'TABLE', origin: 'DECLARED', change, at }];
}

/** What becomes of the assets' edge when a declaration has been taken back. */
async function withoutIt(tx: Transaction, { from, to }: Flow, at: Date): Promise<FlowChange[]> {
  const ends = { fromId: from.asset.id, toId: to.asset.id };
  const isBetweenColumns = await hasDeclaredColumns(tx, ends);
  if (!to.column) return isBetweenColumns ? ofAssets({ from, to }, 'opened', at) : [];
  const ofThemselves = await findLast(tx, ends);
  return isBetweenColumns || ofThemselves?.retractedAt === null ? [] : ofAssets({ from, to }, 'closed', at);
}

/** Times of one flow never go back, whatever the clocks say: each declaration begins when the last one has ended. */
const latest = (now: Date, other: Date | null | undefined): Date => (other && other > now ? other : now);
const justAfter = (time: Date): Date => new Date(time.getTime() + 1);

/** Assets whose events are still to come: who declared lineage of them is to see it. The events write over this. */
async function listUnfed(tx: Transaction, ends: readonly End[]): Promise<AssetNode[]> {
  const assets = new Map(ends.map(({ asset }) => [asset.id, asset]));
  return (await listMissing(tx, [...assets.keys()])).map((id) => {
    const { accessClass, namespace, name } = assets.get(id)!;
    return { id, accessClass, namespace, name, isDeleted: false, seq: NOT_FED };
  });
}

async function notDeclared(tx: Transaction, { from, to }: Flow): Promise<InvalidInput | NotFound> {
  const ends = { fromId: from.nodeId, toId: to.nodeId };
  const origins = await listOtherOrigins(tx, ends);
  if (!to.column && (await hasDeclaredColumns(tx, ends))) {
    const message = 'This is declared between columns of these assets, and ends with the last of those declarations. Retract them.';
    return new InvalidInput(message, 'input.from', { origins });
  }
  if (origins.length === 0) return new NotFound('declared lineage', `${from.id} to ${to.id}`);
  return new InvalidInput(
    `Nobody declared this: a source reports it (${origins.join(', ')}), and it ends when the source reports it no more. Only what people declared can be retracted.`,
    'input.from',
    { origins },
  );
}

type Told = { actorId: string } & Pick<LineageWords, 'change' | 'reason'>;

/** About what data flows to; only who sees both ends gets it, and what it flows from is not named. */
function eventOf({ from, to: { asset, column } }: Flow, declarationId: string, { actorId, ...words }: Told): NewEvent {
  const { id, accessClass, sourceId, domainId, kind, namespace, name, tags, owners } = asset;
  return {
    type: 'lineage.changed',
    subject: id,
    actorId,
    data: { kind, namespace, name, level: column ? 'COLUMN' : 'ASSET', declarationId, ...words },
    attributes: {
      accessBefore: accessClass,
      accessAfter: accessClass,
      accessFrom: from.asset.accessClass,
      sourceId,
      ...(domainId && { domainId }),
      kind,
      namespace,
      name,
      tags: [...tags],
      ownerIds: [...new Set(owners.map(({ userId, teamId }) => (userId ?? teamId)!))],
    },
  };
}
