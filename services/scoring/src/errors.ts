/** Domain errors of the three services, and their one translation to errors of the RPC boundary. */
import { Code, ConnectError, type HandlerContext } from '@connectrpc/connect';
import { StoreUnavailableError } from '@order-pipeline/platform/dynamo/errors';
import type { Logger } from '@order-pipeline/platform/logger';
import { createOutageError } from '@order-pipeline/platform/rpc/outage';

/** The object named by the caller does not exist. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}

/** The call is well formed, but the current state does not allow it, and a repeat will not help. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** The caller has disconnected: its response would be lost, so the work stops. */
export class CallerGoneError extends Error {
  override readonly name = 'CallerGoneError';
}

/** A gateway cannot respond now, or stock changes too fast; a repeat may succeed. */
export class UnavailableError extends Error {
  override readonly name: string = 'UnavailableError';
}

/** The payment provider is down: no call reaches it until it responds to pings again. */
export class GatewayDownError extends UnavailableError {
  override readonly name = 'GatewayDownError';
}

/** A remote party did not respond in time: the outcome is unknown, and a repeat under the same key determines it. */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError';
}

const CODES: ReadonlyArray<readonly [new (message: string) => Error, Code]> = [
  [NotFoundError, Code.NotFound],
  [RefusedError, Code.FailedPrecondition],
  [CallerGoneError, Code.Canceled],
  [UnavailableError, Code.Unavailable],
  [StoreUnavailableError, Code.Unavailable],
  [OutcomeUnknownError, Code.DeadlineExceeded],
];

/** Returns the Connect error of a domain error; any other error unchanged, which the server reports as internal. */
export function toRpcError(error: unknown): unknown {
  if (error instanceof GatewayDownError) return createOutageError(error.message, 'payment-provider');
  const code = CODES.find(([situation]) => error instanceof situation)?.[1];
  if (code === undefined || !(error instanceof Error)) return error;
  return new ConnectError(error.message, code, undefined, undefined, error);
}

/** Errors of dependencies of the service. */
const LOGGED = [UnavailableError, StoreUnavailableError, OutcomeUnknownError];

/** A unary handler. */
type Handler<I, O> = (request: I, context: HandlerContext) => Promise<O>;

/**
 * Wraps unary handlers so that domain errors become Connect errors. Errors of a store or gateway are logged with their
 * cause, which the caller does not see.
 */
export function createTranslator(logger: Logger) {
  return <I, O>(handler: Handler<I, O>): Handler<I, O> =>
    async (request, context) => {
      try {
        return await handler(request, context);
      } catch (error) {
        if (LOGGED.some((situation) => error instanceof situation))
          logger.warn({ err: error }, `${context.method.name} failed`);
        throw toRpcError(error);
      }
    };
}
