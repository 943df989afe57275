/** Changes that certainly did not arrive. Loaded with the first of them. */
import { currentOffline, pause, setOffline, waiting } from './network';

/** Our server says that it found nobody to pass it on to: nothing of it has arrived. */
async function isUnreached(response: Response): Promise<boolean> {
  if (response.status !== 502) return false;
  const body = (await response
    .clone()
    .json()
    .catch(() => null)) as { errors?: { extensions?: { reached?: boolean } }[] } | null;
  return body?.errors?.[0]?.extensions?.reached === false;
}

/** What waits to be sent again, one after the other: changes arrive in the order in which they were made. */
let queue: Promise<unknown> | undefined;

/** Sends it as soon as it can arrive, and after those that wait already. `first`: what came of sending it before. */
export async function resend(send: () => Promise<Response>, first?: Response): Promise<Response> {
  if (first && !(await isUnreached(first))) return first;
  const turn = (queue ?? Promise.resolve()).then(async () => {
    for (;;) {
      const response = await send();
      if (!(await isUnreached(response))) return response;
      setOffline({ since: currentOffline().since ?? Date.now() });
      await pause();
    }
  });
  const ended = turn
    .catch(() => {})
    .then(() => {
      setOffline({ since: null });
      if (queue === ended) queue = undefined;
    });
  queue = ended;
  return waiting(turn);
}
