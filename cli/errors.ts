/** Exit codes of the command line; part of its contract. */
export const EXIT = { done: 0, failed: 1, usage: 2, notAllowed: 3, unreachable: 4 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Why a command did not do its work: one plain sentence for people, with what to do. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  /** The GraphQL error's code, when the server answered with one. */
  readonly code: string | undefined;
  constructor(message: string, exitCode: ExitCode = EXIT.failed, code?: string) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }
}
