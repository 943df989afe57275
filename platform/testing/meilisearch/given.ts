/** The Meilisearch that a test run was given: the suites that need one run on it as well as on the contract server. */
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    meilisearch: GivenMeilisearch | null;
  }
}

export type GivenMeilisearch = { url: string; key?: string | undefined };

/** Undefined without MEILI_URL. Tests make indexes of their own there, and remove them; what else is there they leave alone. */
export const findMeilisearch = (): GivenMeilisearch | undefined => inject('meilisearch') ?? undefined;
