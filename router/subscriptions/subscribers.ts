import type { Viewer } from '#platform/auth/viewer.ts';

/** Who subscribes, as the token's last check found it: another one takes its place at the next. */
export type Subscriber = {
  readonly viewer: Viewer;
  /** By what is seen: viewers with one key see the same. */
  readonly scopeKey: string;
  readonly address: string;
};
