'use client';
import { useEffect, useEffectEvent } from 'react';
import { useClient, type AnyVariables, type CombinedError, type TypedDocumentNode } from 'urql';

type Options<Data, Variables> = {
  variables: Variables;
  onEvent: (data: Data) => void;
  onError?: (error: CombinedError) => void;
  paused?: boolean;
};

/**
 * Live events as long as the component is there, each once. What an event's selection holds goes into the cache, too: lists that show it change by
 * themselves. Give the document `$after: String`, and its payload `cursor`: then nothing is missed over a lost connection.
 */
export function useLive<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  { variables, onEvent, onError, paused = false }: Options<Data, Variables>,
): void {
  const client = useClient();
  const handle = useEffectEvent((data: Data) => onEvent(data));
  const fail = useEffectEvent((error: CombinedError) => onError?.(error));
  const key = JSON.stringify(variables);
  useEffect(() => {
    if (paused) return;
    const { unsubscribe } = client.subscription(document, JSON.parse(key) as Variables).subscribe(({ data, error }) => {
      if (error) fail(error);
      if (data) handle(data);
    });
    return unsubscribe;
  }, [client, document, key, paused]);
}
