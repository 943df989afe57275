/** One operation sent to the router by this server itself, and its answer as text. */
import type { IncomingMessage } from 'node:http';
import { readBody } from './answers.ts';
import type { RouterConnection } from './router.ts';

export type Asked = { query: string; variables: object; token?: string; patienceMs: number; maxBytes: number; signal?: AbortSignal };

/** For whom `page` came. Rejects with BodyTooLarge for an answer above `maxBytes`, and with whatever else keeps it from coming. */
export function askRouter(
  router: RouterConnection,
  page: IncomingMessage,
  { query, variables, token, patienceMs, maxBytes, signal }: Asked,
): Promise<string> {
  const body = JSON.stringify({ query, variables });
  const headers = {
    ...router.forwarding(page),
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...(token && { authorization: `Bearer ${token}` }),
  };
  return new Promise((resolve, reject) => {
    const asked = router.request({ method: 'POST', headers });
    const giveUp = (): void => void asked.destroy(new Error('nobody waits for the answer any more'));
    const settle = <Value>(settled: (value: Value) => void) => {
      return (value: Value): void => {
        signal?.removeEventListener('abort', giveUp);
        settled(value);
      };
    };
    signal?.addEventListener('abort', giveUp);
    asked.setTimeout(patienceMs, () => asked.destroy(new Error('no answer in time')));
    asked.on('error', settle(reject));
    asked.on('response', (response) => {
      readBody(response, maxBytes).then(
        settle((read: Buffer) => resolve(read.toString('utf8'))),
        (error: unknown) => {
          asked.destroy();
          settle(reject)(error);
        },
      );
    });
    asked.end(body);
  });
}
