/** What every resolver of an operation shares. The router makes one for each operation and hands it to each subgraph. */
import type { Viewer } from '../auth/viewer.ts';

export type RequestContext = {
  viewer: Viewer | null;
  /** Shown with internal errors and in the logs. */
  requestId: string;
  /** The caller's address, for limits. */
  address: string;
  /** Aborted when the caller leaves or the operation's deadline passes. */
  signal?: AbortSignal;
};

/** Who shares fairly with others what there is little of: a user, whatever the sessions and tokens, or the address of who is not signed in. */
export const callerOf = ({ viewer, address }: RequestContext): string => (viewer ? `user ${viewer.userId}` : `address ${address}`);

/**
 * Keeps something (DataLoaders, the viewer's visible classes) for as long as an operation lasts: made at the first
 * call for a context, dropped by `forget`, which a mutation calls after it wrote.
 */
export function perOperation<Value>(make: (context: RequestContext) => Value): {
  of: (context: RequestContext) => Value;
  forget: (context: RequestContext) => void;
} {
  const values = new WeakMap<RequestContext, Value>();
  return {
    of(context) {
      let value = values.get(context);
      if (value === undefined) values.set(context, (value = make(context)));
      return value;
    },
    forget: (context) => void values.delete(context),
  };
}
