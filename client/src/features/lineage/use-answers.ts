'use client';
import { useCallback, useEffect, useState } from 'react';
import { useClient, type AnyVariables, type CombinedError, type TypedDocumentNode } from 'urql';

type Held<Data> = { data: Data | undefined; error: CombinedError | undefined };

/** The same question about several things at once: a graph is made of its root's answer and of one for each expanded node. */
export function useAnswers<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  asked: readonly Variables[],
) {
  const client = useClient();
  const key = JSON.stringify(asked);
  const [held, setHeld] = useState<ReadonlyMap<string, Held<Data>>>(new Map());
  const [pending, setPending] = useState<ReadonlySet<string>>(new Set());
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isOver = false;
    const keys = (JSON.parse(key) as Variables[]).map((variables) => ({ variables, id: JSON.stringify(variables) }));
    const subscriptions = keys.map(({ variables, id }) =>
      client
        .query(document, variables, { requestPolicy: round > 0 ? 'network-only' : 'cache-and-network' })
        .subscribe(({ data, error, stale }) => {
          if (isOver) return;
          setHeld((before) => new Map(before).set(id, { data, error }));
          setPending((before) => {
            const next = new Set(before);
            if (stale) next.add(id);
            else next.delete(id);
            return next;
          });
        }),
    );
    return () => {
      isOver = true;
      for (const { unsubscribe } of subscriptions) unsubscribe();
    };
  }, [client, document, key, round]);
  return {
    answerOf: useCallback((variables: Variables): Held<Data> | undefined => held.get(JSON.stringify(variables)), [held]),
    isFetching: asked.some((variables) => !held.has(JSON.stringify(variables)) || pending.has(JSON.stringify(variables))),
    reload: useCallback(() => setRound((before) => before + 1), []),
  };
}
