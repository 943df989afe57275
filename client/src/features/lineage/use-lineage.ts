'use client';
import { useCallback, useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { mergeColumns, type ColumnMode } from './columns';
import { LINEAGE_COLUMNS, LINEAGE_DIFF, LINEAGE_GRAPH, LINEAGE_PATHS } from './documents';
import { mergeAnswers, type Answer, type Graph } from './graph';
import type { Direction } from './url';
import { useAnswers } from './use-answers';

/** More are never shown at once. */
export const BUDGET = 500;
/** The future is as now: so the question stays the same while time goes on. */
const AS_NOW = '9999-12-31T00:00:00.000Z';
const DEEPEST = 20;

export type Expanded = { id: string; direction: Direction };
type Asked = {
  assetId: string;
  direction: Direction;
  depth: number;
  asOf: string | null;
  compare: string | null;
  columns: ColumnMode;
  selected: string | null;
  other: string | null;
};

/** One level more than is shown is asked for: so it is known how many each node folds. */
const deeper = (depth: number): number => Math.min(DEEPEST, depth + 1);

export function useLineage({ assetId, direction, depth, asOf, compare, columns: mode, selected, other }: Asked) {
  const [expanded, setExpanded] = useState<readonly Expanded[]>([]);
  const asked = useMemo(
    () => [
      { reach: depth, variables: { assetId, direction, depth: deeper(depth), asOf, maxNodes: BUDGET } },
      ...expanded.map((each) => ({
        reach: 1,
        variables: { assetId: each.id, direction: each.direction, depth: deeper(1), asOf, maxNodes: BUDGET },
      })),
    ],
    [assetId, direction, depth, asOf, expanded],
  );
  const answers = useAnswers(
    LINEAGE_GRAPH,
    asked.map(({ variables }) => variables),
  );
  const columnsAsked = useMemo(
    () => (mode === 'none' ? [] : asked.map(({ reach, variables: { maxNodes: _, ...variables } }) => ({ ...variables, depth: reach }))),
    [asked, mode],
  );
  const columnAnswers = useAnswers(LINEAGE_COLUMNS, columnsAsked);
  const columns = useMemo(
    () =>
      mergeColumns(
        columnsAsked.flatMap((variables) => {
          const lineage = columnAnswers.answerOf(variables)?.data?.lineage;
          return lineage ? [lineage] : [];
        }),
      ),
    [columnsAsked, columnAnswers],
  );

  const [diff, askDiff] = useQuery({
    query: LINEAGE_DIFF,
    variables: { assetId, direction, depth, from: compare ?? '', to: asOf ?? AS_NOW },
    pause: !compare,
  });
  const [paths] = useQuery({
    query: LINEAGE_PATHS,
    variables: { first: selected ?? '', second: other ?? '', asOf },
    pause: !selected || !other,
  });

  const { answerOf } = answers;
  const root = answerOf(asked[0]!.variables);
  const between = useMemo(() => {
    if (!selected || !other || !paths.data) return null;
    const isOfColumns = columns.byId.has(selected);
    const found = [paths.data.there, paths.data.back].find((way) => (way?.paths.length ?? 0) > 0);
    return {
      nodes: isOfColumns ? [] : (found?.paths.flatMap(({ nodes }) => nodes) ?? []),
      edges: isOfColumns ? [] : (found?.paths.flatMap(({ edges }) => edges) ?? []),
      count: found?.paths.length ?? 0,
      isTruncated: found?.truncated ?? false,
    };
  }, [selected, other, paths.data, columns]);
  const diffShown = compare ? (diff.data?.lineageDiff ?? null) : null;
  const graph = useMemo(() => {
    const loaded = asked.flatMap(({ reach, variables }): Answer[] => {
      const lineage = answerOf(variables)?.data?.lineage;
      return lineage ? [{ ...lineage, reach }] : [];
    });
    return loaded[0] && root?.data?.lineage ? mergeAnswers(loaded, { diff: diffShown, between }) : null;
  }, [asked, answerOf, root, diffShown, between]);
  // While another moment is asked for what is shown stays.
  const [kept, setKept] = useState<{ graph: Graph; key: string } | null>(null);
  const shown = graph ? { graph, key: `${direction} ${depth}` } : kept;
  if (graph && graph !== kept?.graph) setKept(shown);

  const { reload: reloadGraph } = answers;
  const { reload: reloadColumns } = columnAnswers;
  return {
    graph: root?.data && !root.data.lineage ? null : (shown?.graph ?? null),
    /** With another one the graph is another question's, and is laid out anew. */
    graphKey: shown?.key ?? '',
    /** It does not exist, or may not be seen. */
    isMissing: root?.data?.lineage === null && !root.error,
    error: root?.error && !root.data?.lineage ? root.error : undefined,
    isFetching: answers.isFetching,
    isLoadingColumns: mode !== 'none' && columnAnswers.isFetching,
    columns,
    columnsError: columnsAsked.map((variables) => columnAnswers.answerOf(variables)?.error).find(Boolean),
    diff: diffShown,
    diffError: compare ? diff.error : undefined,
    between: selected && other ? between : null,
    expanded,
    loadingIds: useMemo(
      () => new Set(asked.slice(1).flatMap(({ variables }) => (answerOf(variables) ? [] : [variables.assetId]))),
      [asked, answerOf],
    ),
    expand: useCallback((each: Expanded) => setExpanded((before) => [...before.filter(({ id }) => id !== each.id), each]), []),
    /** What came with it goes, and what was expanded of that. */
    fold: useCallback(
      (id: string) => {
        const shownBy = ({ reach, variables }: (typeof asked)[number]): string[] =>
          (answerOf(variables)?.data?.lineage?.nodes ?? []).flatMap((node) => (node.depth <= reach ? [node.id] : []));
        const there = new Set(shownBy(asked[0]!));
        const rest = asked.slice(1).filter((each) => {
          const stays = each.variables.assetId !== id && there.has(each.variables.assetId);
          if (stays) for (const other of shownBy(each)) there.add(other);
          return stays;
        });
        setExpanded(rest.map(({ variables }) => ({ id: variables.assetId, direction: variables.direction })));
      },
      [asked, answerOf],
    ),
    reload: useCallback(() => {
      reloadGraph();
      reloadColumns();
      // Asked of nothing it would be refused.
      if (compare) askDiff({ requestPolicy: 'network-only' });
    }, [reloadGraph, reloadColumns, askDiff, compare]),
  };
}
