/** Orders of the benchmark, as requests and as messages of the queue. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueAttributesCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { encodeOrderPlaced } from '@order-pipeline/contracts/order-event';
import type { Backend } from '../harness/backend.js';

/** SKUs over which orders spread, so that no item is hot. */
export const SKU_COUNT = 100;
const UNIT_PRICE = 1_250;

/** Returns the n-th SKU; numbers go round. */
export function skuOf(n: number): string {
  return `BENCH-${String(n % SKU_COUNT).padStart(3, '0')}`;
}

/** The body of `POST /orders` for the n-th order with so many lines. */
export function toOrderBody(n: number, lines: number, userId: string) {
  const items = Array.from({ length: lines }, (_, line) => ({ sku: skuOf(n + line), quantity: 1 }));
  return { user_id: userId, amount: Math.max(1, lines) * UNIT_PRICE, items };
}

/** Puts plenty of every SKU on sale through the inventory service's Connect port. */
export async function stockItems(scoringPort: number): Promise<void> {
  for (let n = 0; n < SKU_COUNT; n += 1) {
    const body = {
      sku: skuOf(n),
      quantity: 1e9,
      unitPrice: UNIT_PRICE,
      currency: 'USD',
      deliveryId: 'bench',
    };
    const response = await fetch(`http://127.0.0.1:${scoringPort}/inventory.v1.InventoryService/Restock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'connect-protocol-version': '1' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`Restock answered ${response.status}: ${await response.text()}`);
  }
}

/** Puts so many orders into the queue, as the API does. Returns their ids. */
export async function enqueueOrders(
  { sqs, queueUrl }: Backend,
  count: number,
  lines: number,
  sampledShare = 1,
): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  const batches = Array.from({ length: Math.ceil(count / 10) }, (_, batch) => batch * 10);
  const send = async (start: number) => {
    const Entries = ids.slice(start, start + 10).map((order_id, index) => {
      const userId = `user-${(start + index) % 1_000}`;
      const flags = ((start + index) * sampledShare) % 1 < sampledShare ? '01' : '00';
      const order = {
        ...toOrderBody(start + index, lines, userId),
        order_id,
        currency: 'USD',
        payment_method: 'tok_visa',
        created_at: new Date().toISOString(),
      };
      return {
        Id: String(index),
        MessageBody: encodeOrderPlaced(order),
        MessageGroupId: userId,
        MessageAttributes: {
          request_id: { DataType: 'String', StringValue: order_id },
          traceparent: {
            DataType: 'String',
            StringValue: `00-${order_id.replaceAll('-', '')}-00f067aa0ba902b7-${flags}`,
          },
        },
      };
    });
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    if (Failed.length > 0) throw new Error(`SQS refused orders: ${Failed[0]?.Code}`);
  };
  const lane = async () => {
    for (let start = batches.pop(); start !== undefined; start = batches.pop()) await send(start);
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  return ids;
}

/** Resolves when the queue is empty: everything is settled and deleted. @throws {Error} after ten minutes */
export async function untilDrained({ sqs, queueUrl }: Backend): Promise<void> {
  const attributes = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const end = performance.now() + 600_000;
  while (performance.now() < end) {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...attributes] }),
    );
    if (attributes.every((name) => Attributes[name] === '0')) return;
    await sleep(50);
  }
  throw new Error('the queue was not drained within ten minutes');
}
