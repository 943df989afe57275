/**
 * Compares the copy that serves with the facts: every node and every edge, some thousands at a time. Others write meanwhile, so what
 * differs is looked at once more while nobody copies, and what the copy has not come to yet is no difference.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '#platform/database/index.ts';
import { Conflict } from '#platform/errors.ts';
import type { Neo4j } from '../graph/neo4j/connection.ts';
import { GenerationGone, type Generation } from '../graph/neo4j/generations.ts';
import { findNodes, listEdgeIds, listNodeIds } from '../graph/neo4j/stored.ts';
import { countBehind } from '../store/changes.ts';
import { findCopies } from './copies.ts';
import { withPatience } from './patience.ts';
import { ASSET, COLUMN, FLOW, JOB, RUN, type Copy, type Kind, type KindName, type Row, type Value } from './rows.ts';
import { inTurn } from './turns.ts';

const AT_ONCE = 1_000;
const PATIENCE_MS = 10_000;
const LOOK_MS = 200;
/** How often it begins anew when another copy serves meanwhile. */
const TRIES = 3;

export type Difference = {
  /** `missing` in the copy, `extra` there, or `different` from the facts. */
  what: 'missing' | 'extra' | 'different';
  kind: KindName;
  id: string;
  /** As the facts have it; as the copy has it where they have not. */
  row: Row;
  /** Of what is different: its values by name. */
  fields: Record<string, { fact: Value; copy: Value }>;
};

export type Drift = {
  compared: Record<KindName, number>;
  count: number;
  /** The first of them. */
  differences: Difference[];
  /** Rows that differ because the copy has yet to come to them. */
  pending: number;
};

/** `most`: differences to tell. `patienceMs`: how long a copy that is behind, or being filled, is waited for. */
type Options = { neo4j: Neo4j; sql: Database; most: number; onProgress?: (compared: number) => void; patienceMs?: number };

/** Throws Conflict where nothing serves, Upstream when Neo4j is away. */
export async function findDrift(options: Options): Promise<Drift> {
  for (let tries = 1; ; tries++) {
    const { number } = await awaitCopy(options);
    try {
      return await compare(options, number);
    } catch (error) {
      if (!(error instanceof GenerationGone) || tries === TRIES) throw error;
    }
  }
}

/** The one that serves, once it is as the facts were when this was asked, if it comes to that in time. */
async function awaitCopy({ neo4j, sql, patienceMs = PATIENCE_MS }: Options): Promise<Generation> {
  const { head } = await findCopies(neo4j, sql);
  for (const until = performance.now() + patienceMs; ; await sleep(LOOK_MS)) {
    const { serving } = await findCopies(neo4j, sql);
    const isLate = performance.now() > until;
    if (serving && (isLate || (await countBehind(sql, serving, head.revision, 1)) === 0)) return serving;
    if (isLate)
      throw new Conflict('Neo4j has no whole copy of lineage yet. Look whether a worker runs, which fills it, or rebuild lineage.');
  }
}

/** By the level of what a copy has. It may hold anything. */
const NODE_KINDS: Partial<Record<string, Kind>> = { COLUMN, JOB, RUN };

async function compare(options: Options, number: number): Promise<Drift> {
  const { neo4j, sql, most, onProgress = () => {}, patienceMs = PATIENCE_MS } = options;
  const until = performance.now() + patienceMs;
  const drift: Drift = { compared: { asset: 0, column: 0, job: 0, run: 0, flow: 0 }, count: 0, differences: [], pending: 0 };

  /** What of these differs while nobody copies. */
  const look = (kind: Kind, ids: readonly string[]): Promise<{ found: Difference[]; late: string[] }> =>
    withPatience(() =>
      inTurn(sql, async () => {
        const { serving } = await findCopies(neo4j, sql);
        if (serving?.number !== number) throw new GenerationGone(number);
        const facts = new Map((await kind.get(sql, ids)).map((fact) => [fact.id, fact]));
        const copies = await kind.find(neo4j, number, ids);
        const isLate = (id: string): boolean => facts.has(id) && !kind.isCopied(facts.get(id)!, serving);
        return {
          found: ids.flatMap((id) => (isLate(id) ? [] : (findDifference(kind, id, facts.get(id)?.row, copies.get(id)) ?? []))),
          late: ids.filter(isLate),
        };
      }),
    );

  async function settle(kind: Kind, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    for (let left = ids; ; await sleep(LOOK_MS)) {
      const { found, late } = await look(kind, left);
      drift.count += found.length;
      drift.differences.push(...found.slice(0, most - drift.differences.length));
      if (late.length === 0) return;
      if (performance.now() > until) {
        drift.pending += late.length;
        return;
      }
      left = late;
    }
  }

  /** Everything that the facts have. */
  async function compareFacts(kind: Kind): Promise<void> {
    for (let after: string | undefined; ;) {
      const facts = await kind.list(sql, after, AT_ONCE);
      const ids = facts.map(({ id }) => id);
      const copies = await withPatience(() => kind.find(neo4j, number, ids));
      await settle(
        kind,
        facts.filter(({ id, row }) => row && findDifference(kind, id, row, copies.get(id))).map(({ id }) => id),
      );
      drift.compared[kind.name] += facts.filter(({ row }) => row).length;
      onProgress(Object.values(drift.compared).reduce((sum, count) => sum + count));
      if (facts.length < AT_ONCE) return;
      after = ids.at(-1);
    }
  }

  /** Everything that only the copy has. */
  async function findExtra(
    list: typeof listNodeIds,
    kinds: readonly Kind[],
    settleAll: (ids: readonly string[]) => Promise<void>,
  ): Promise<void> {
    for (let after = ''; ;) {
      const ids = await withPatience(() => list(neo4j, number, after, AT_ONCE));
      const facts = (await Promise.all(kinds.map((kind) => kind.get(sql, ids)))).flat();
      const known = new Set(facts.flatMap(({ id, row }) => (row ? id : [])));
      await settleAll(ids.filter((id) => !known.has(id)));
      if (ids.length < AT_ONCE) return;
      after = ids.at(-1)!;
    }
  }

  for (const kind of [ASSET, COLUMN, JOB, RUN, FLOW]) await compareFacts(kind);
  await findExtra(listNodeIds, [ASSET, COLUMN, JOB, RUN], async (ids) => {
    const nodes = await withPatience(() => findNodes(neo4j, number, ids));
    // Without a class it only stands for the end of an edge, unless it is a job or a run.
    const strays = nodes.filter(({ row }) => row.accessClass !== undefined || row.level === 'JOB' || row.level === 'RUN');
    const idsOf = (kind: Kind): string[] => strays.filter(({ row }) => (NODE_KINDS[row.level] ?? ASSET) === kind).map(({ id }) => id);
    for (const kind of [ASSET, COLUMN, JOB, RUN]) await settle(kind, idsOf(kind));
  });
  await findExtra(listEdgeIds, [FLOW], (ids) => settle(FLOW, ids));
  return drift;
}

function findDifference({ name: kind }: Kind, id: string, fact: Row | undefined, copied: Copy | undefined): Difference | undefined {
  if (!fact && !copied) return undefined;
  if (!copied) return { what: 'missing', kind, id, row: fact!, fields: {} };
  if (!fact) return { what: 'extra', kind, id, row: copied.row, fields: {} };
  const [wanted, copy] = [{ ...fact, ...copied.derived }, copied.row];
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(copy)])];
  const fields = Object.fromEntries(
    names.flatMap((name) => {
      const [left, right] = [wanted[name] ?? null, copy[name] ?? null];
      return left === right ? [] : [[name, { fact: left, copy: right }]];
    }),
  );
  return Object.keys(fields).length > 0 ? { what: 'different', kind, id, row: fact, fields } : undefined;
}
