/** The answers that go to the page together with its session. What is missing among them the page asks for by itself. */
import type { IncomingMessage } from 'node:http';
import type { Logger } from '#platform/logger.ts';
import { askRouter } from './askRouter.ts';
import type { Documents } from './documents.ts';
import { firstQuestions, type Question } from './firstQuestions.ts';
import type { RouterConnection } from './router.ts';
import type { Session } from './sessionApi.ts';

/** The session itself waits no longer for them. */
const PATIENCE_MS = 1_000;
/** What is sent with a session is not compressed (it has a token in it): a larger answer comes sooner by itself. */
const MAX_BYTES = 24 * 1024;

/** `hash`: of the operation's text, for a page of another version to see that it is not its own. */
export type FirstAnswer = Question & { hash: string; data: unknown };

type Deps = { router: RouterConnection; documents: Documents; logger: Logger };

/** `page`: path and search of the page that asks. */
export function createFirstAnswers({ router, documents, logger }: Deps) {
  return async (request: IncomingMessage, { accessToken, user }: Session, page: string): Promise<FirstAnswer[]> => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answers = await Promise.all(firstQuestions(page, user?.id ?? null).map(answer));
    return answers.filter((found) => found !== undefined);

    async function answer({ name, variables }: Question): Promise<FirstAnswer | undefined> {
      const document = documents.findByName(name);
      if (!document) return undefined;
      try {
        const asked = { query: document.text, variables, token: accessToken, patienceMs: PATIENCE_MS, maxBytes: MAX_BYTES, signal };
        const { data, errors } = JSON.parse(await askRouter(router, request, asked)) as { data?: unknown; errors?: unknown };
        return data && !errors ? { name, variables, hash: document.hash, data } : undefined;
      } catch (error) {
        logger.debug({ err: error, operation: name }, 'a first question is left to the page');
        return undefined;
      }
    }
  };
}
