/** Work for as long as somebody waits for it. */
import { withinOperation } from '#platform/database/operations.ts';
import { callerOf, type RequestContext } from '#platform/graphql/context.ts';

/**
 * Settles with the work, or fails with the signal's reason as soon as that is aborted: a resolver that hangs holds no answer
 * up. Its statements are cancelled then.
 */
export async function whileWanted<Result>(context: RequestContext, work: () => Promise<Result>): Promise<Result> {
  const { signal } = context;
  if (!signal) return work();
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const working = withinOperation(signal, callerOf(context), work);
  try {
    return await Promise.race([working, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    working.catch(() => {}); // whoever waited was answered by the signal's reason
  }
}
