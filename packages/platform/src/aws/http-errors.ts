/** Errors of HTTP calls, as the SDK's handler for node:http words them. */

/** Errors of the connection that the SDK counts as timeouts, and tries again. */
const LIKE_TIMEOUTS: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** Names that undici gives to a connection that ended without a response. */
const HUNG_UP: ReadonlySet<unknown> = new Set(['UND_ERR_SOCKET', 'UND_ERR_DESTROYED', 'UND_ERR_CLOSED']);

/** Returns the error of a connection, by the name and code that node:http would give it. */
export function toConnectionError(error: Error, connectionTimeoutMs: number): Error {
  const { code } = error as { code?: unknown };
  if (LIKE_TIMEOUTS.has(code)) return Object.assign(error, { name: 'TimeoutError' });
  if (HUNG_UP.has(code))
    return Object.assign(new Error('socket hang up', { cause: error }), {
      name: 'TimeoutError',
      code: 'ECONNRESET',
    });
  if (code !== 'UND_ERR_CONNECT_TIMEOUT') return error;
  return Object.assign(
    new Error(
      `@smithy/node-http-handler - the request socket did not establish a connection with the server within the configured timeout of ${connectionTimeoutMs} ms.`,
    ),
    { name: 'TimeoutError' },
  );
}

/** Returns the error of a request without a response in time. */
export function toTimeoutError(timeoutMs: number): Error {
  return Object.assign(
    new Error(
      `@smithy/node-http-handler - [ERROR] a request has exceeded the configured ${timeoutMs} ms requestTimeout.`,
    ),
    { name: 'TimeoutError', code: 'ETIMEDOUT' },
  );
}

/** Returns the error of a request that its caller aborted. */
export function toAbortError(reason: unknown): Error {
  const isError = reason instanceof Error;
  const message = reason && !isError ? String(reason) : 'Request aborted';
  return Object.assign(new Error(message, isError ? { cause: reason } : {}), { name: 'AbortError' });
}
