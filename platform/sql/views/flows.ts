/** A view's columns as lineage has them: which column of what it reads goes into which of its own. */
import type { Origin, ViewColumn } from './work.ts';

/** `relation`: the name of what is read; `from`: its column; `to`: the view's. Transformations are OpenLineage's; `confidence` as of `Origin`. */
export type ColumnFlow = { relation: string; from: string; to: string; transformation: 'DIRECT' | 'CONDITIONAL'; confidence: number };

/** Of one view: a column that is made of all columns of a thousand tables tells nobody anything. */
const MAX_FLOWS = 20_000;

/** By their names, each pair of columns once: what makes the value counts for more than what decides it. Throws where they are too many. */
export function flowsOf(columns: readonly ViewColumn[]): readonly ColumnFlow[] {
  const flows = new Map<string, ColumnFlow>();
  for (const { name: to, origins } of columns) {
    for (const origin of origins) {
      const key = JSON.stringify([origin.relation, origin.column, to]);
      const flow = flowOf(origin, to);
      const known = flows.get(key);
      if (!known || isStronger(flow, known)) flows.set(key, flow);
    }
    if (flows.size > MAX_FLOWS) throw new Error('A view whose columns come from too many');
  }
  return [...flows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, flow]) => flow);
}

const flowOf = ({ relation, column, manner, confidence }: Origin, to: string): ColumnFlow => ({
  relation,
  from: column,
  to,
  transformation: manner === 'CONDITIONAL' ? 'CONDITIONAL' : 'DIRECT',
  confidence,
});

const isStronger = (flow: ColumnFlow, known: ColumnFlow): boolean =>
  flow.transformation === known.transformation ? flow.confidence > known.confidence : flow.transformation === 'DIRECT';
