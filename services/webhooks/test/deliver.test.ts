/** Work on a stream when DynamoDB's responses are lost and clocks differ. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import { WebhookDeliveryStore } from '@order-pipeline/platform/webhooks/delivery-store';
import { KeyedLimiter } from '../src/deliver/limiter.js';
import { type DeliverDeps, deliverStream } from '../src/streams/deliver.js';
import { createEvent } from './fixtures.js';

const NOW = Date.parse('2026-01-15T09:30:00.000Z');
/** The process that appended the event is so far ahead, in milliseconds. */
const AHEAD_MS = 800;

let stack: TestStack;
let dynamo: DynamoClient;

beforeAll(async () => {
  stack = await startTestStack();
  dynamo = createDynamo({ region: 'us-east-1', maxAttempts: 1, requestTimeoutMs: 5_000 });
});

afterAll(async () => {
  dynamo.destroy();
  await stack.stop();
});

/** Ends leases twice, as the SDK does when the first response is lost. */
function losingAnswers(client: DynamoClient): DynamoClient {
  return new Proxy(client, {
    get: (target, name: keyof DynamoClient) => {
      if (name !== 'update') return target[name].bind(target);
      return async (request: Parameters<DynamoClient['update']>[0]) => {
        if (request.ExpressionAttributeValues?.[':lease_until'] === 0) await target.update(request);
        return await target.update(request);
      };
    },
  });
}

test('a delivery that is not due yet stays queued when the response to the end of the lease is lost', async () => {
  const table = stack.env.WEBHOOK_DELIVERIES_TABLE ?? '';
  const event = createEvent('order-1', 'completed');
  const streamId = await new WebhookDeliveryStore(dynamo, table).append('ep-1', event, NOW + AHEAD_MS);
  const deps = {
    deliveries: new WebhookDeliveryStore(losingAnswers(dynamo), table),
    limiter: new KeyedLimiter(1),
    clock: () => NOW,
    random: () => 0,
    leaseMs: 10_000,
  } as unknown as DeliverDeps;
  expect(await deliverStream(deps, streamId)).toEqual({ kind: 'later', delayMs: AHEAD_MS });
});
