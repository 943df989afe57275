/** Many who ask the same thing at the same time are answered together, each with what is so after it asked. */

/** Gives the outcome of a run that begins after the call: the next one, if one is under way. */
export function shareRuns<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<unknown> | undefined;
  let next: Promise<Result> | undefined;

  function run(): Promise<Result> {
    next = undefined;
    const result = work();
    const ended = result.then(
      () => {},
      () => {}, // who asked is told
    );
    running = ended;
    void ended.then(() => {
      if (running === ended) running = undefined;
    });
    return result;
  }

  return () => (running ? (next ??= running.then(run)) : run());
}
