import type { CombinedError } from '@urql/core';

/** The first error's code; a lost connection counts as UPSTREAM_UNAVAILABLE. */
export const codeOf = (error: CombinedError | undefined): string | undefined =>
  error?.graphQLErrors.map(({ extensions }) => extensions.code as string | undefined).find(Boolean) ??
  (error?.networkError ? 'UPSTREAM_UNAVAILABLE' : undefined);
