/** Errors that mean that a whole dependency is down, and nothing is wrong with the call. */
import { Code, ConnectError } from '@connectrpc/connect';

/** Header of such an error; its value names the dependency. */
const OUTAGE_HEADER = 'x-outage';

/** Creates an UNAVAILABLE error for a call that was not worked on because `dependency` is down. */
export function createOutageError(message: string, dependency: string): ConnectError {
  return new ConnectError(message, Code.Unavailable, { [OUTAGE_HEADER]: dependency });
}

/** Returns the dependency that is down, from the error of a call; `undefined` when the error is about the call itself. */
export function outageOf(error: unknown): string | undefined {
  return error instanceof ConnectError ? (error.metadata.get(OUTAGE_HEADER) ?? undefined) : undefined;
}
