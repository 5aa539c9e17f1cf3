/** Ends of commands: exit codes, and errors that carry theirs. */
import { EXIT_CONFIG } from '@order-pipeline/contracts/exit-codes';

/** Exit codes; those from 64 on are sysexits(3)'s. */
export const EXIT = {
  done: 0,
  /** Failed, or done in part. */
  failed: 1,
  usage: 2,
  notFound: 3,
  /** EX_UNAVAILABLE: something that the command needs cannot be reached. */
  unavailable: 69,
  /** EX_CONFIG: the settings are wrong. */
  config: EXIT_CONFIG,
} as const;

/** An exit code. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command cannot go on. The message is for the operator: what is wrong, and what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
