/** The pipeline as its users meet it: real processes, real ports, real signals. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { untilPasses } from '@order-pipeline/local/ready';
import { type E2eStack, startE2eStack } from '../src/stack.js';

let system: E2eStack;

beforeAll(async () => {
  system = await startE2eStack();
});

afterAll(() => system.stack.stop());

const order = (changes: object = {}) => ({ user_id: 'u123', amount: 999, ...changes });

async function metric(name: string): Promise<string[]> {
  const response = await fetch(`http://localhost:${system.ports.processor}/metrics`);
  return (await response.text()).split('\n').filter((line) => line.startsWith(name));
}

describe('an order', () => {
  test.each([
    ['of the smallest body completes', {}, 'COMPLETED', undefined],
    [
      'with items completes',
      { amount: 2500, items: [{ sku: 'MUG-01', quantity: 2 }] },
      'COMPLETED',
      undefined,
    ],
    [
      'runs out of stock',
      { amount: 2500, items: [{ sku: 'VINYL-01', quantity: 1 }] },
      'REJECTED',
      'OUT_OF_STOCK',
    ],
    ['names an unknown item', { items: [{ sku: 'NO-SUCH', quantity: 1 }] }, 'REJECTED', 'UNKNOWN_SKU'],
    ['has another total', { items: [{ sku: 'MUG-01', quantity: 1 }] }, 'REJECTED', 'AMOUNT_MISMATCH'],
    [
      'is in another currency than the price list',
      { amount: 2500, currency: 'EUR', items: [{ sku: 'MUG-01', quantity: 2 }] },
      'REJECTED',
      'AMOUNT_MISMATCH',
    ],
    ['names an unknown token', { payment_method: 'tok_unknown' }, 'REJECTED', 'PAYMENT_DECLINED'],
    ['is declined', { payment_method: 'tok_chargeDeclined' }, 'REJECTED', 'PAYMENT_DECLINED'],
    ['looks like fraud', { amount: 2_000_000 }, 'REJECTED', 'FRAUD_SUSPECTED'],
  ])('%s', async (_, changes, status, reason) => {
    const accepted = await system.api.place(order(changes));
    expect(accepted.status).toBe('PENDING');
    const final = await system.api.untilFinal(accepted.poll_url);
    expect({ status: final.status, reason: final.reason }).toEqual({ status, reason });
  });

  test('is counted once', async () => {
    expect((await metric('orders_processed_total')).toSorted()).toEqual([
      'orders_processed_total{env="local",status="cancelled"} 0',
      'orders_processed_total{env="local",status="error"} 0',
      'orders_processed_total{env="local",status="rejected"} 7',
      'orders_processed_total{env="local",status="success"} 2',
    ]);
  });
});

test('the processor is killed again and again, and every order ends once', async () => {
  const processor = system.stack.processes.get('order-processor');
  const polls: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    for (let n = 0; n < 10; n += 1) polls.push((await system.api.place(order())).poll_url);
    processor?.kill('SIGKILL');
  }
  const finals = await Promise.all(polls.map((url) => system.api.untilFinal(url, 60_000)));
  expect(finals.map(({ status }) => status)).toEqual(polls.map(() => 'COMPLETED'));
  for (const { order_id } of finals) {
    const payment = await settledPayment(order_id);
    expect(payment).toMatchObject({ state: 'PAYMENT_STATE_CAPTURED', captureCount: 1, amount: '999' });
  }
  expect(system.lines).toContain('[stack] order-processor ended (killed by SIGKILL); starting it again');
}, 120_000);

/** The order's payment once it is settled, which follows the decision. */
async function settledPayment(orderId: string): Promise<Record<string, unknown>> {
  let payment: Record<string, unknown> = {};
  await untilPasses(
    `the payment of ${orderId}`,
    async () => {
      const response = await fetch(
        `http://localhost:${system.ports.scoringHttp}/payment.v1.PaymentService/GetPayment`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ orderId }),
        },
      );
      ({ payment } = (await response.json()) as { payment: Record<string, unknown> });
      if (payment?.state !== 'PAYMENT_STATE_CAPTURED') throw new Error(JSON.stringify(payment));
    },
    30_000,
  );
  return payment;
}
