/** Builds the web client for an image, which is built once and served often; `npm start` does it by itself. */
import { createLogger } from '#platform/logger.ts';
import { ensureBuilt } from '../client/server/build.ts';

await ensureBuilt({
  logger: createLogger({ level: 'info', format: 'pretty' }),
  say: (sentence) => console.error(sentence),
  signal: new AbortController().signal,
});
