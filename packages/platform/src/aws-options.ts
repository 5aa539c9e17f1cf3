/** Options that the clients of all AWS services share. */
import { PooledHttpHandler } from './aws/http-handler.js';
import { createFileCredentials } from './aws-credentials.js';
import type { DateObserver } from './skew/date-observer.js';

/** Behaviour of a client on the wire. */
export interface AwsClientOptions {
  readonly region: string;
  /** Tries of one call, the first included. 1 where another layer retries. */
  readonly maxAttempts: number;
  /** Timeout of one try, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Connections that are kept open, at most. Default 64. */
  readonly maxSockets?: number;
  /** Gets the dates of all responses. */
  readonly dates?: DateObserver | undefined;
  /** Interval between two reads of a file of credentials, in milliseconds. Default one minute. */
  readonly credentialsRefreshMs?: number;
}

const CONNECTION_TIMEOUT_MS = 1_000;

/** Returns the SDK's configuration for these options. */
export function toClientConfig(options: AwsClientOptions) {
  const { region, maxAttempts, requestTimeoutMs, maxSockets = 64, dates, credentialsRefreshMs } = options;
  return {
    region,
    maxAttempts,
    ...toCredentials(credentialsRefreshMs),
    requestHandler: new PooledHttpHandler({
      connectionTimeoutMs: CONNECTION_TIMEOUT_MS,
      requestTimeoutMs,
      maxSockets,
      dates,
    }),
  };
}

/** Follows the SDK's own file of credentials where one is named; elsewhere the SDK finds credentials itself. */
function toCredentials(refreshMs?: number) {
  const path = process.env.AWS_SHARED_CREDENTIALS_FILE;
  return path
    ? { credentials: createFileCredentials(path, refreshMs === undefined ? {} : { refreshMs }) }
    : {};
}

/** Prepares each call's input and output for a log that goes nowhere: a fifth of what a call costs. */
const CALL_LOG = 'loggerMiddleware';

/** Removes the SDK's call log. */
export function removeCallLog(client: { readonly middlewareStack: { remove(name: string): boolean } }): void {
  client.middlewareStack.remove(CALL_LOG);
}
