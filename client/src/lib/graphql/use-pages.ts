'use client';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useClient, type AnyVariables, type CombinedError, type TypedDocumentNode } from 'urql';

type PageInfo = { hasNextPage: boolean; endCursor?: string | null };
type Connection<Node> = { nodes: readonly Node[]; pageInfo: PageInfo; totalCount?: number | null };
type Page<Data> = { data: Data | undefined; error: CombinedError | undefined };

export type Pages<Data, Node> = {
  nodes: Node[];
  /** Of the first page. */
  data: Data | undefined;
  totalCount: number | null;
  hasNextPage: boolean;
  /** Nothing can be shown yet. */
  isLoading: boolean;
  /** What is shown is being asked for again, or the next page is on its way. */
  isFetching: boolean;
  error: CombinedError | undefined;
  /** Does nothing while a page is on its way, where there is none, or where the last one did not come. */
  loadMore: () => void;
  /** Asks again for the page that did not come while those before it are shown; null: none is missing so. */
  retryRest: (() => void) | null;
  reload: () => void;
};

/**
 * A list by keyset pages. What is shown stays while other variables are asked for, and follows the cache: an edit or an event of one of its things
 * shows at once. `variables` without `after`; the document takes `$after: String`.
 */
export function usePages<Data, Variables extends AnyVariables, Node>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables & object, 'after'>,
  connectionOf: (data: Data) => Connection<Node> | null | undefined,
  { pause = false } = {},
): Pages<Data, Node> {
  const client = useClient();
  const key = JSON.stringify(variables);
  const [pages, setPages] = useState<Page<Data>[]>([]);
  const [isFetching, setFetching] = useState(!pause);
  const [round, setRound] = useState(0);
  const ask = useRef<(after: string | null, index: number, again?: boolean) => void>(() => {});

  useEffect(() => {
    if (pause) return;
    const subscriptions: { unsubscribe: () => void }[] = [];
    let isOver = false;
    ask.current = (after, index, again = false) => {
      setFetching(true);
      const asked = { ...(JSON.parse(key) as object), ...(after ? { after } : {}) } as unknown as Variables;
      subscriptions.push(
        client
          .query(document, asked, { requestPolicy: again ? 'network-only' : 'cache-and-network' })
          .subscribe(({ data, error, stale }) => {
            if (isOver) return;
            setPages((before) => [
              ...before.slice(0, index),
              { data, error },
              ...(index === 0 && subscriptions.length === 1 ? [] : before.slice(index + 1)),
            ]);
            if (!stale) setFetching(false);
          }),
      );
    };
    // Past the cache: it takes what failed last and is asked for at once again for a circle, and passes it on to nobody.
    ask.current(null, 0, round > 0);
    return () => {
      isOver = true;
      for (const { unsubscribe } of subscriptions) unsubscribe();
    };
  }, [client, document, key, pause, round]);

  // Of one document the same each time, whatever its identity: the rows stay what they are as long as the pages do.
  const [reading, setReading] = useState({ document, connectionOf });
  if (reading.document !== document) setReading({ document, connectionOf });
  const connections = useMemo(() => pages.map(({ data }) => (data ? reading.connectionOf(data) : null)), [pages, reading]);
  const nodes = useMemo(() => connections.flatMap((connection) => connection?.nodes ?? []), [connections]);
  const isBroken = pages.length > 1 && !connections.at(-1) && pages.at(-1)!.error !== undefined;
  const read = isBroken ? pages.length - 1 : pages.length;
  const last = connections[read - 1]?.pageInfo;
  const next = last?.hasNextPage ? (last.endCursor ?? null) : null;
  const loadMore = useCallback(() => {
    if (next && !isFetching && !isBroken) ask.current(next, read);
  }, [next, isFetching, isBroken, read]);
  const retryRest = useCallback(() => {
    if (next && !isFetching) ask.current(next, read, true);
  }, [next, isFetching, read]);
  const reload = useCallback(() => setRound((before) => before + 1), []);

  return {
    nodes,
    data: pages[0]?.data,
    totalCount: connections[0]?.totalCount ?? null,
    hasNextPage: next !== null,
    isLoading: pages.length === 0 || (isFetching && !pages[0]?.data && !pages[0]?.error),
    isFetching,
    error: pages.find(({ error }) => error)?.error,
    loadMore,
    retryRest: isBroken && next ? retryRest : null,
    reload,
  };
}
