/** The web client's process: started beside the rest, started again when it dies, stopped with it. */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { settingsSchema, type Settings } from '#platform/config.ts';
import { CannotStart } from '#platform/errors.ts';
import type { Logger } from '#platform/logger.ts';
import type { PartState } from '#router/health.ts';
import type { FirstRun, Told } from '../../client/server/process.ts';

const ENTRY = fileURLToPath(new URL('../../client/server/process.ts', import.meta.url));
/** As client/server/process.ts takes it. */
const FIRST_RUN: FirstRun = 'first run';
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** One that has lived so long is started again at once. */
const SETTLED_MS = 60_000;
const FAREWELL_MS = 10_000;

export type ClientProcess = {
  /** Its address once it serves for the first time; rejects with CannotStart where it cannot. */
  ready: Promise<string>;
  check: () => PartState;
  /** The sign-in page says where the first administrator's password is to be found. */
  tellFirstRun: () => void;
  stop: () => Promise<void>;
};

type Options = { settings: Settings; logger: Logger; say: (sentence: string) => void; entry?: string };

/** With which the router knows it: made anew at each start. */
export const makeClientSecret = (): string => randomBytes(32).toString('base64url');

export function startClientProcess({ settings, logger, say, entry = ENTRY }: Options): ClientProcess {
  const env = environmentOf(settings);
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>();
  ready.catch(() => {}); // who waits for it may not have got so far
  let state: PartState = { state: 'starting' };
  let wasReady = false;
  let isStopping = false;
  let pause = FIRST_PAUSE_MS;
  let again: NodeJS.Timeout | undefined;
  let child: ChildProcess | undefined;
  let isFirstRun = false;
  const tellFirstRun = (): void => void (isFirstRun && child?.connected && child.send(FIRST_RUN));

  function start(): void {
    const begin = performance.now();
    // With the flags of this process, which keep it small.
    const started = fork(entry, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child = started;
    tellFirstRun();
    let failed = 'The web client ended before it was ready; the log says why.';
    started.on('message', (told: Told) => {
      if ('say' in told) say(told.say);
      else if ('failed' in told) failed = told.failed;
      else {
        state = { state: 'ok' };
        wasReady = true;
        resolve(told.ready);
      }
    });
    started.once('error', () => {}); // it has an end, too
    started.once('exit', (code, signal) => {
      child = undefined;
      if (isStopping) return;
      state = { state: 'degraded', message: 'The web client does not run; it is started again.' };
      if (!wasReady) return reject(new CannotStart(failed));
      if (performance.now() - begin > SETTLED_MS) pause = FIRST_PAUSE_MS;
      logger.warn({ code, signal, failed, pauseMs: pause }, 'the web client ended; it is started again');
      again = setTimeout(start, pause);
      pause = Math.min(LONGEST_PAUSE_MS, 2 * pause);
    });
  }
  start();

  return {
    ready,
    check: () => state,
    tellFirstRun() {
      isFirstRun = true;
      tellFirstRun();
    },
    async stop() {
      isStopping = true;
      clearTimeout(again);
      reject(new CannotStart('The web client was stopped before it was ready.'));
      const running = child;
      if (!running) return;
      const gone = new Promise((end) => running.once('exit', end));
      running.kill('SIGTERM');
      const cut = setTimeout(() => running.kill('SIGKILL'), FAREWELL_MS);
      await gone;
      clearTimeout(cut);
    },
  };
}

/** The machine's, and of our settings those that it needs: no key, no password. */
function environmentOf({ HOST, PORT, CLIENT_PORT, CLIENT_SECRET, LOG_LEVEL, LOG_FORMAT, NODE_ENV }: Settings): NodeJS.ProcessEnv {
  // oxlint-disable-next-line node/no-process-env -- passed on
  const machine = Object.entries(process.env).filter(([name]) => !(name in settingsSchema.shape));
  const own = { HOST, PORT: String(PORT), CLIENT_PORT: String(CLIENT_PORT), CLIENT_SECRET, LOG_LEVEL, LOG_FORMAT, NODE_ENV };
  return { ...Object.fromEntries(machine), ...own };
}
