/** Exit codes for what commands that need the database find away. */
import { AppError, CannotStart, Upstream } from '#platform/errors.ts';
import { CliError, EXIT } from './errors.ts';

/** Runs a task on the server's stores; what is away gives the exit code of that. */
export async function reaching<Result>(task: () => Promise<Result>): Promise<Result> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof Upstream)
      throw new CliError(`${error.message} Check: ${String(error.details.check)}`, EXIT.unreachable, error.code);
    if (error instanceof CannotStart) throw new CliError(error.message, EXIT.unreachable);
    if (error instanceof AppError) throw new CliError(error.message, EXIT.failed, error.code);
    throw error;
  }
}
