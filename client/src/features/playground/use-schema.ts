'use client';
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery } from 'graphql';
import { useEffect, useState } from 'react';
import { send } from './send';

/** Asked for once for each visit: it does not change while the page is open. */
let asked: Promise<GraphQLSchema> | undefined;

async function ask(): Promise<GraphQLSchema> {
  const query = getIntrospectionQuery({ inputValueDeprecation: true });
  const { text, errors } = await send({ query }, new AbortController().signal);
  if (errors[0]) throw new Error(errors[0].message);
  return buildClientSchema((JSON.parse(text) as { data: IntrospectionQuery }).data);
}

export type Schema = { schema: GraphQLSchema | null; error: Error | null; retry: () => void };

/** What the API has. Where it cannot be asked for, operations are written without completion, and the next visitor asks again. */
export function useSchema(): Schema {
  const [schema, setSchema] = useState<GraphQLSchema | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isOver = false;
    asked ??= ask();
    asked.then(
      (found) => !isOver && setSchema(found),
      (problem: Error) => {
        asked = undefined;
        if (!isOver) setError(problem);
      },
    );
    return () => {
      isOver = true;
    };
  }, [round]);
  return { schema, error, retry: () => (setError(null), setRound(round + 1)) };
}
