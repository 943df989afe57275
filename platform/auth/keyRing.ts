/** Keys by their id: loaded once, or from time to time, and looked for again when a token names one that is not known. */
import { outsideOperation } from '../database/operations.ts';

export type KeyRing<Key extends { id: string }> = {
  /** All, in the order in which they were loaded: newest first. */
  all(): Promise<Key[]>;
  find(id: string | undefined): Promise<Key | undefined>;
};

type Options<Key> = {
  load: () => Promise<Key[]>;
  /** Anybody can make up a key id, so an unknown one is looked for at most this often. */
  reloadEveryMs: number;
  /** All are loaded again once they are older than this; else they are kept for as long as the process lives. */
  freshMs?: number;
};

export function createKeyRing<Key extends { id: string }>({ load, reloadEveryMs, freshMs = Infinity }: Options<Key>): KeyRing<Key> {
  let loaded: { keys: Promise<Key[]>; at: number } | undefined;

  function all(): Promise<Key[]> {
    if (!loaded || performance.now() - loaded.at > freshMs) {
      // Others may wait for it, too: it does not end with the operation that happens to ask first.
      const attempt = { keys: outsideOperation(load), at: performance.now() };
      loaded = attempt;
      // A failed attempt is not kept; its callers get the error, the next call tries again.
      attempt.keys.catch(() => loaded === attempt && (loaded = undefined));
    }
    return loaded.keys;
  }

  return {
    all,
    async find(id) {
      const known = (await all()).find((key) => key.id === id);
      if (known || !loaded || performance.now() - loaded.at <= reloadEveryMs) return known;
      loaded = undefined;
      return (await all()).find((key) => key.id === id);
    },
  };
}
