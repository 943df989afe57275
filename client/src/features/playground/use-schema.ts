'use client';
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery } from 'graphql';
import { useEffect, useSyncExternalStore } from 'react';
import { send } from './send';

export type Schema = { schema: GraphQLSchema | null; error: Error | null };

const NOTHING: Schema = { schema: null, error: null };
/** Asked for once for each visit, for the editor and the documentation: it does not change while the page is open. */
let state: Schema = NOTHING;
let asked: Promise<void> | undefined;
const listeners = new Set<() => void>();
function set(next: Schema): void {
  state = next;
  for (const listener of listeners) listener();
}

async function ask(): Promise<void> {
  try {
    const { text, errors } = await send({ query: getIntrospectionQuery({ inputValueDeprecation: true }) }, new AbortController().signal);
    if (errors[0]) throw new Error(errors[0].message);
    set({ schema: buildClientSchema((JSON.parse(text) as { data: IntrospectionQuery }).data), error: null });
  } catch (error) {
    // Operations can be written without it; who looks next asks again.
    asked = undefined;
    set({ schema: null, error: error as Error });
  }
}

export function askSchema(): void {
  if (state.error) set(NOTHING);
  asked ??= ask();
}

/** What the API has. */
export function useSchema(): Schema {
  useEffect(askSchema, []);
  return useSyncExternalStore(
    (listener) => (listeners.add(listener), () => listeners.delete(listener)),
    () => state,
    () => NOTHING,
  );
}
