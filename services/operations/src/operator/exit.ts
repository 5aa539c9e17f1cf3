/** Exit codes of commands, and errors that carry one. */
import { EXIT_CONFIG } from '@order-pipeline/contracts/exit-codes';

/** Exit codes; those from 64 on are sysexits(3)'s. */
export const EXIT = {
  done: 0,
  /** Failed, or done in part. */
  failed: 1,
  usage: 2,
  notFound: 3,
  /** EX_UNAVAILABLE: a dependency cannot be reached. */
  unavailable: 69,
  /** EX_CONFIG: invalid settings. */
  config: EXIT_CONFIG,
} as const;

/** An exit code. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command cannot continue. The message names the problem and the remedy, for the operator. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
