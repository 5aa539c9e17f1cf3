/** Support of the tests of all three services. */

import { randomUUID } from 'node:crypto';
import { type Timestamp, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import { createLogger } from '@order-pipeline/platform/logger';
import { fieldViolationsOf } from '@order-pipeline/platform/rpc/validation';

export const logger = createLogger('test', 'silent');

/** Creates ids of tries. */
export const newTryId = (): string => randomUUID().slice(0, 8);

/** A moment that no test reaches. */
export const LATER: Timestamp = timestampFromMs(Date.parse('2100-01-01T00:00:00Z'));

/** Starts a stack for the test file; its members are there from `beforeAll` on. */
export function useStack(): { readonly stack: TestStack; readonly dynamo: DynamoClient } {
  const use = {} as { stack: TestStack; dynamo: DynamoClient };
  beforeAll(async () => {
    use.stack = await startTestStack();
    // A socket for each call of a burst: a call that waits for one counts as unable to connect after a second.
    use.dynamo = createDynamo({
      region: 'us-east-1',
      maxAttempts: 1,
      requestTimeoutMs: 10_000,
      maxSockets: 500,
    });
  });
  afterAll(async () => {
    use.dynamo.destroy();
    await use.stack.stop();
  });
  return use;
}

/** The Connect error that a call ends with. */
async function errorOf(call: Promise<unknown>): Promise<ConnectError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConnectError))
    throw new Error('The call did not end with a ConnectError', { cause: error });
  return error;
}

/** The code that a call ends with; undefined if it succeeds. */
export async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  return await call.then(
    () => undefined,
    (error) => (error instanceof ConnectError ? Code[error.code] : 'not a ConnectError'),
  );
}

/** Expects INVALID_ARGUMENT that names exactly these fields. */
export async function expectViolations(call: Promise<unknown>, fields: readonly string[]): Promise<void> {
  const error = await errorOf(call);
  expect(Code[error.code]).toBe('InvalidArgument');
  expect(fieldViolationsOf(error).map(({ field }) => field)).toEqual(fields);
}
