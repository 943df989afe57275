/** Work that goes on until it is stopped: at once while there is more, else when it is rung for or after a while; after failures later and later. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sqlState } from '../database/index.ts';
import { Upstream } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { createBell } from './bell.ts';

const BACKOFF_MS = 250;
const MOST_BACKOFF_MS = 5_000;
/** How long `stop` waits for the turn in hand. It comes again if it does not end by then. */
const STOP_MS = 5_000;

export type Loop = {
  /** False when it goes on already. */
  start: () => boolean;
  /** `others`: what is waited for besides the turn in hand. */
  stop: (others?: Promise<unknown>) => Promise<void>;
  /** There is something new. */
  wake: () => void;
  /** One turn by itself. Gives, and throws, what it does. */
  once: () => Promise<number>;
  isStopping: () => boolean;
  /** Why the last turn of this process failed; undefined when it did not. */
  failure: () => unknown;
};

type Options = {
  /** Milliseconds until there may be more to do; 0 when there is. What it throws loses nothing: the next turn goes on where it was. */
  turn: () => Promise<number>;
  logger: Logger;
  /** Said at the first failure of each reason. */
  failing: string;
  /** Said when it goes on after failures. */
  again: string;
};

export function createLoop({ turn, logger, failing, again }: Options): Loop {
  const bell = createBell();
  let running: Promise<void> | undefined;
  let stopping = false;
  let failure: unknown;

  async function once(): Promise<number> {
    try {
      const ms = await turn();
      failure = undefined;
      return ms;
    } catch (error) {
      failure = error;
      throw error;
    }
  }

  async function run(): Promise<void> {
    let failures = 0;
    let told: string | undefined;
    while (!stopping) {
      try {
        const ms = await once();
        if (failures > 0) logger.info({ failures }, again);
        failures = 0;
        told = undefined;
        if (ms > 0) await bell.wait(ms);
      } catch (error) {
        // Each reason is told once, or a server that is away would fill the log.
        const reason = (error as Error).message;
        if (reason !== told) tell(error, reason);
        told = reason;
        failures++;
        const until = performance.now() + Math.min(BACKOFF_MS * 2 ** failures, MOST_BACKOFF_MS);
        while (!stopping && performance.now() < until) await sleep(50);
      }
    }
  }

  /** What is said of a server that is away or refuses says all; where in the code that was helps nobody. */
  function tell(error: unknown, reason: string): void {
    if (error instanceof Upstream) logger.warn({ reason, ...error.details }, failing);
    else logger.error({ err: error, code: sqlState(error) }, failing);
  }

  return {
    start() {
      if (running) return false;
      stopping = false;
      running = run();
      return true;
    },
    async stop(others) {
      stopping = true;
      bell.ring();
      await Promise.race([Promise.all([running, others]), sleep(STOP_MS, undefined, { ref: false })]);
      running = undefined;
    },
    wake: bell.ring,
    once,
    isStopping: () => stopping,
    failure: () => failure,
  };
}
