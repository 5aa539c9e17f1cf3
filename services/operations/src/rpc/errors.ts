/** Errors of commands in the codes of RPCs. */
import { Code, ConnectError } from '@connectrpc/connect';
import { StoreUnavailableError } from '@order-pipeline/platform/dynamo/errors';
import { CommandError, EXIT, type ExitCode } from '../operator/exit.js';

const CODES: Readonly<Record<ExitCode, Code>> = {
  [EXIT.done]: Code.Internal,
  [EXIT.failed]: Code.FailedPrecondition,
  [EXIT.usage]: Code.InvalidArgument,
  [EXIT.notFound]: Code.NotFound,
  [EXIT.unavailable]: Code.Unavailable,
  // The settings of this service are wrong, not the request.
  [EXIT.config]: Code.Unavailable,
};

/** Returns the error that the caller sees; what is not foreseen stays as it is, and is reported as INTERNAL. */
export function toRpcError(error: unknown): unknown {
  if (error instanceof CommandError)
    return new ConnectError(error.message, CODES[error.exitCode], undefined, undefined, error);
  if (error instanceof StoreUnavailableError)
    return new ConnectError('DynamoDB cannot be reached', Code.Unavailable, undefined, undefined, error);
  return error;
}

/** Runs a method with its errors translated. */
export async function translated<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw toRpcError(error);
  }
}
