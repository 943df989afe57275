/** A process of ours that does one thing after the other. */
import { fork } from 'node:child_process';

export type Child = {
  /** What it answers to this; rejects with the sentence that it gives instead, or when it ends. */
  ask<Result>(task: unknown): Promise<Result>;
  /** What it tells without being asked. */
  next<Result>(): Promise<Result>;
  stop(): void;
};

export function startChild(file: URL): Child {
  const child = fork(file, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const stop = (): void => void child.kill('SIGKILL');
  process.once('exit', stop);
  const next = <Result>(): Promise<Result> =>
    new Promise((resolve, reject) => {
      const onEnd = (code: number | null): void => reject(new Error(`${file.pathname} ended with ${code}.`));
      child.once('exit', onEnd);
      child.once('message', ({ result, error }: { result: Result; error?: string }) => {
        child.off('exit', onEnd);
        if (error === undefined) resolve(result);
        else reject(new Error(error));
      });
    });
  return {
    next,
    ask(task) {
      child.send(task as object);
      return next();
    },
    stop() {
      process.off('exit', stop);
      stop();
    },
  };
}
