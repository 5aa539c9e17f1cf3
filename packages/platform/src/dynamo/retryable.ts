/** Decides which failed DynamoDB calls may succeed later. */

/** Errors of DynamoDB with status 400 that pass. Every 5xx counts without being named. */
const RETRYABLE_ERRORS: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/** Returns true for throttling, server errors and calls that got no answer. */
export function isRetryable(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  if ($metadata === undefined) return false;
  const status = $metadata.httpStatusCode;
  return status === undefined || status >= 500 || RETRYABLE_ERRORS.has(name ?? '');
}
