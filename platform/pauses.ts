/** Long computing in pieces: whoever shares the process has a turn in between. */
import { setImmediate } from 'node:timers/promises';

/** The event loop is held no longer than this, and than one piece of work. */
const BLOCKING_MS = 25;

/** What to await between pieces of work. Fails with the signal's reason when that was aborted meanwhile. */
export function createPauses(signal?: AbortSignal): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since <= BLOCKING_MS) return;
    await setImmediate();
    signal?.throwIfAborted();
    since = performance.now();
  };
}
