import { describe, expect, test } from '@jest/globals';
import { AwsMeter } from '../src/harness/aws-meter.js';
import { indexWriteUnits, requestChunks, usdPerMillionOrders } from '../src/harness/decide/billing.js';

const put = (item: object) => ({
  service: 'dynamodb' as const,
  operation: 'PutItem',
  body: JSON.stringify({ TableName: 'orders', Item: item }),
});
const order = { order_id: { S: 'o1' }, user_id: { S: 'u1' }, created_at: { S: 't1' } };
const update = {
  service: 'dynamodb' as const,
  operation: 'UpdateItem',
  body: JSON.stringify({ TableName: 'orders', Key: { order_id: { S: 'o1' } } }),
};
const capacity = (units: number, rest: object = {}) =>
  JSON.stringify({ ...rest, ConsumedCapacity: { TableName: 'orders', CapacityUnits: units } });

describe('the AWS meter', () => {
  test('adds the index write of a new item, and none for an update that leaves its keys', () => {
    const meter = new AwsMeter();
    meter.count(put(order), 200, capacity(1));
    meter.count(update, 200, capacity(1, { Attributes: order }));
    expect(meter.take()).toMatchObject({ writeUnits: 3, indexWriteUnits: 1 });
  });

  test('asks the emulator for capacity and attributes, and keeps them from the caller', () => {
    const meter = new AwsMeter();
    expect(JSON.parse(meter.prepare(update))).toMatchObject({
      ReturnConsumedCapacity: 'TOTAL',
      ReturnValues: 'ALL_NEW',
    });
    expect(JSON.parse(meter.count(update, 200, capacity(1, { Attributes: order })))).toEqual({});
  });

  test('bills a failed condition like the last write of the item', () => {
    const meter = new AwsMeter();
    meter.count(put(order), 200, capacity(2));
    meter.take();
    meter.count(update, 400, JSON.stringify({ __type: 'x#ConditionalCheckFailedException' }));
    expect(meter.take()).toMatchObject({ writeUnits: 2, failedConditions: 1 });
  });

  test('counts each request once, with retries, and SQS by chunks of 64 KiB', () => {
    const meter = new AwsMeter();
    const send = { service: 'sqs' as const, operation: 'SendMessageBatch', body: 'x'.repeat(65_537) };
    meter.prepare(send);
    meter.prepare(send);
    const totals = meter.take();
    expect(totals.requests).toEqual({ 'sqs.SendMessageBatch': 2 });
    expect(totals.sqsRequests).toBe(4);
    expect(meter.take().requests).toEqual({});
  });
});

describe('billing', () => {
  test.each([
    ['no entry', undefined, undefined, 0],
    ['a new entry', undefined, 'a', 1],
    ['an entry that stays', 'a', 'a', 0],
    ['an entry that moves', 'a', 'b', 2],
    ['an entry that goes', 'a', undefined, 1],
  ])('an index with %s', (_, before, after, units) => {
    expect(indexWriteUnits(before, after)).toBe(units);
  });

  test.each([
    [0, 1],
    [65_536, 1],
    [65_537, 2],
  ])('%d bytes are %d requests', (bytes, chunks) => {
    expect(requestChunks(bytes)).toBe(chunks);
  });

  test('adds up list prices', () => {
    const usage = { sqsRequests: 3, snsRequests: 1, writeUnits: 70, readUnits: 30 };
    expect(usdPerMillionOrders(usage, 10)).toBeCloseTo(0.12 + 0.05 + 4.375 + 0.375);
  });
});
