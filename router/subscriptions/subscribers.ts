import type { Viewer } from '#platform/auth/viewer.ts';

/** Who subscribes: the viewer as the token's last check found it. It changes while the subscription goes on. */
export type Subscriber = {
  viewer: Viewer;
  /** By what is seen: viewers with one key see the same. */
  scopeKey: string;
  address: string;
};
