'use client';
import { startTransition, useOptimistic } from 'react';

/**
 * What was pressed shows at once, also where what follows takes its time: an address that changes, a page that is drawn anew. Then it is what it is
 * told to be again: a press that nobody took shows no longer.
 */
export function usePressed<Value>(value: Value): [shown: Value, press: (next: Value) => void] {
  const [shown, show] = useOptimistic(value);
  // The router tells of a new address in a transition, too; of one and the same event they are one.
  return [shown, (next) => startTransition(() => show(next))];
}
