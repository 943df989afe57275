/** Keys by their id: loaded once, and looked for again when a token names one that is not known. */
import { outsideOperation } from '../database/operations.ts';

export type KeyRing<Key extends { id: string }> = {
  /** All, in the order in which they were loaded: newest first. */
  all(): Promise<Key[]>;
  find(id: string | undefined): Promise<Key | undefined>;
};

/** Anybody can make up a key id, so an unknown one is looked for at most every `reloadEveryMs`. */
export function createKeyRing<Key extends { id: string }>(options: { load: () => Promise<Key[]>; reloadEveryMs: number }): KeyRing<Key> {
  let loaded: { keys: Promise<Key[]>; at: number } | undefined;

  function all(): Promise<Key[]> {
    if (!loaded) {
      // Others may wait for it, too: it does not end with the operation that happens to ask first.
      const attempt = { keys: outsideOperation(options.load), at: Date.now() };
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
      if (known || !loaded || Date.now() - loaded.at <= options.reloadEveryMs) return known;
      loaded = undefined;
      return (await all()).find((key) => key.id === id);
    },
  };
}
