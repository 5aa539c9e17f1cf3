import { describe, expect, test } from '@jest/globals';
import { statusChannel } from '@order-pipeline/contracts/status-feed';
import { toCancelWrite, toExpiryWrite } from '@order-pipeline/order-protocol/decide/cancel';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import { createLogger } from '@order-pipeline/platform/logger';
import { createRedis } from '@order-pipeline/platform/redis';
import { call, placeOrder, putRecord, toRecord } from './harness.js';
import { api, stack } from './running-api.js';

test('the write', () => {
  expect(toCancelWrite(1_768_469_400_000, 'c1')).toEqual({
    update:
      'SET #status = :cancelled, #cancel_id = :cancel_id, #updated_at = :updated_at, #settlement_due = :true, ' +
      '#attempt = if_not_exists(#attempt, :zero), #lease_until = if_not_exists(#lease_until, :zero)',
    condition: 'attribute_not_exists(#order_id) OR #status = :processing',
    values: {
      ':cancelled': 'CANCELLED',
      ':true': true,
      ':cancel_id': 'c1',
      ':processing': 'PROCESSING',
      ':updated_at': '2026-01-15T09:30:00.000Z',
      ':zero': 0,
    },
  });
});

test.each([
  [undefined, '', {}],
  ['f1', ', #fingerprint = :fingerprint', { ':fingerprint': 'f1' }],
])('the write that ends an unclaimed order, with fingerprint %p', (fingerprint, set, values) => {
  expect(toExpiryWrite(1_768_469_400_000, 'w1', fingerprint)).toEqual({
    update: `SET #status = :failed, #reason = :reason, #cancel_id = :cancel_id, #updated_at = :updated_at, #attempt = :zero, #lease_until = :zero${set}`,
    condition: 'attribute_not_exists(#order_id)',
    values: {
      ':failed': 'FAILED',
      ':cancel_id': 'w1',
      ':reason': 'QUEUE_EXPIRED',
      ':updated_at': '2026-01-15T09:30:00.000Z',
      ':zero': 0,
      ...values,
    },
  });
});

describe('cancelling', () => {
  const cancel = (pollUrl: string) => {
    const url = new URL(pollUrl);
    url.pathname += '/cancel';
    return call(url.href, { method: 'POST' });
  };

  const cancelledCount = async () => {
    const text = await (await fetch(`${api.url}/metrics`)).text();
    return Number(/^orders_processed_total\{env="local",status="cancelled"\} (\d+)$/m.exec(text)?.[1]);
  };

  const recordOf = async (orderId: string) => {
    const dynamo = createDynamo({ region: 'us-east-1', maxAttempts: 3, requestTimeoutMs: 2_000 });
    const key = { order_id: orderId };
    return (await dynamo.get({ TableName: stack.env.ORDERS_TABLE ?? '', Key: key })).Item;
  };

  test('an unclaimed order leaves a final record', async () => {
    const { body } = await placeOrder(api, 'c1');
    const before = await cancelledCount();
    const answer = await cancel(body.poll_url);
    expect(answer).toMatchObject({ status: 200, body: { order_id: body.order_id, status: 'CANCELLED' } });
    expect(await recordOf(body.order_id)).toEqual({
      order_id: body.order_id,
      status: 'CANCELLED',
      settlement_due: true,
      cancel_id: expect.any(String),
      attempt: 0,
      lease_until: 0,
      updated_at: answer.body.updated_at,
    });
    expect((await call(body.poll_url)).body).toEqual(answer.body);
    expect(await cancel(body.poll_url)).toMatchObject({ status: 200, body: answer.body });
    expect(await cancelledCount()).toBe(before + 1);
  });

  test('a claimed order keeps its attempt and lease for the worker that settles it', async () => {
    const { body } = await placeOrder(api, 'c2');
    await putRecord(stack, toRecord(body.order_id, 'c2', { attempt: 3, lease_until: 42 }));
    const answer = await cancel(body.poll_url);
    expect(answer).toMatchObject({ status: 200, body: { status: 'CANCELLED', user_id: 'c2', amount: 999 } });
    expect(await recordOf(body.order_id)).toMatchObject({ status: 'CANCELLED', attempt: 3, lease_until: 42 });
  });

  test.each(['COMPLETED', 'REJECTED', 'FAILED'] as const)('a %s order stays as it is', async (status) => {
    const { body } = await placeOrder(api, 'c3');
    await putRecord(stack, toRecord(body.order_id, 'c3', { status }));
    expect(await cancel(body.poll_url)).toMatchObject({
      status: 409,
      body: {
        type: 'urn:order-pipeline:problem:order-decided',
        title: 'Order already decided',
        detail: `The order is ${status} already.`,
        order: { order_id: body.order_id, status, amount: 999 },
      },
    });
    expect(await recordOf(body.order_id)).toMatchObject({ status });
  });

  test('notifies all that wait', async () => {
    const { body } = await placeOrder(api, 'c4');
    const redis = createRedis(stack.redis.url, createLogger('test', 'silent'));
    const waiting = call(body.poll_url, { headers: { Prefer: 'wait=20' } });
    let count = 0;
    while (count === 0)
      [, count] = (await redis.pubsub('NUMSUB', statusChannel(body.order_id)).catch(() => ['', 0])) as [
        string,
        number,
      ];
    await cancel(body.poll_url);
    expect((await waiting).body.status).toBe('CANCELLED');
    redis.disconnect();
  });

  test('needs the signature', async () => {
    const { body } = await placeOrder(api, 'c5');
    expect((await cancel(body.poll_url.replace('signature=', 'signature=x'))).status).toBe(403);
    expect((await call(body.poll_url)).body.status).toBe('PENDING');
  });
});
