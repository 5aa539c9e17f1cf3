/** Decides which failed DynamoDB calls may succeed later. */
import { StoreUnavailableError } from './errors.js';

/** Errors of DynamoDB with status 400 that pass. Every 5xx counts without being named. */
const THROTTLING_ERRORS: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/** Returns true for throttling, server errors and calls that got no response. */
export function isRetryable(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  if ($metadata === undefined) return false;
  const status = $metadata.httpStatusCode;
  return status === undefined || status >= 500 || THROTTLING_ERRORS.has(name ?? '');
}

/** Returns true when DynamoDB rejected the call for lack of capacity: it had no effect. */
export function isThrottled(error: unknown): boolean {
  return (
    error instanceof StoreUnavailableError &&
    THROTTLING_ERRORS.has((error.cause as Error | undefined)?.name ?? '')
  );
}
