/** Thousands of subscriptions wait for one and the same thing: they are called one after the other, and others of this process have their turn. */
import { setImmediate as nextTurn } from 'node:timers/promises';

const CALLED_AT_ONCE = 250;

export async function callAll<Value>(callbacks: Iterable<(value: Value) => void>, value: Value): Promise<void> {
  let called = 0;
  for (const callback of callbacks) {
    callback(value);
    if (++called % CALLED_AT_ONCE === 0) await nextTurn();
  }
}

/** Called when what somebody waits for is there, or with false when it cannot be had. */
export type OnReady = (isThere: boolean) => void;
