/** What is said of flows, in words. */
import { formatConfidence, formatDay, formatMoment } from '@/lib/format';
import { earliest, nameOf, type Diff, type Edge, type Flow, type Graph } from './graph';

const ORIGINS: Record<string, string> = {
  NATIVE: 'told by the source',
  PARSED: 'read out of SQL',
  EVENT: 'told by a run',
  DECLARED: 'declared by a person',
};
export const originWords = (origin: string): string => ORIGINS[origin] ?? origin.toLowerCase();

const TRANSFORMATIONS: Record<string, string> = {
  DIRECT: 'The value is made of the other one',
  CONDITIONAL: 'It decides which value it is',
  INDIRECT: 'It decides which rows there are',
};
export const transformationWords = (transformation: string): string => TRANSFORMATIONS[transformation] ?? transformation;

/** For the tooltip of an edge. */
export function flowTitle({ edges }: Pick<Flow, 'edges'>, from: string, to: string): string {
  const origins = [...new Set(edges.map(({ origin }) => originWords(origin)))].join(', ');
  const since = earliest(edges);
  const sure = Math.min(...edges.map(({ confidence }) => confidence));
  return [`${from} → ${to}`, origins, sure < 1 && `${formatConfidence(sure)} sure`, since && `since ${formatDay(new Date(since))}`]
    .filter(Boolean)
    .join(' · ');
}

export type ChangeLine = { id: string; is: 'added' | 'removed'; from: string; to: string; at: string | null; text: string; origin: string };

/** The difference as sentences, the latest first. `isDrawn`: whether the canvas can show it. */
export function changeLines(diff: Diff, graph: Graph): (ChangeLine & { isDrawn: boolean })[] {
  const names = new Map([...diff.addedNodes, ...diff.removedNodes].map((node) => [node.id, nameOf(node)]));
  for (const node of graph.nodes) names.set(node.id, nameOf(node));
  const line = (edge: Edge, is: 'added' | 'removed') => {
    const from = names.get(edge.from) ?? 'An asset that is not shown';
    const to = names.get(edge.to) ?? 'an asset that is not shown';
    const at = is === 'added' ? edge.validFrom : (edge.validTo ?? null);
    const verb = is === 'added' ? 'flows into' : 'no longer flows into';
    const when = at ? ` since ${formatMoment(new Date(at))}` : '';
    const isDrawn = graph.byId.has(edge.from) && graph.byId.has(edge.to);
    return {
      id: `${edge.from}~${edge.to}`,
      is,
      from,
      to,
      at,
      text: `${from} ${verb} ${to}${when}`,
      origin: originWords(edge.origin),
      isDrawn,
    };
  };
  return [...diff.added.map((edge) => line(edge, 'added')), ...diff.removed.map((edge) => line(edge, 'removed'))].toSorted((a, b) =>
    (b.at ?? '').localeCompare(a.at ?? ''),
  );
}
