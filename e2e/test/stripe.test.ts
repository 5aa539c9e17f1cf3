/** Orders of every outcome through the Stripe adapter: the real stack, and a stand-in for Stripe. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { untilPasses } from '@order-pipeline/local/ready';
import { type StripeStandIn, startStripe } from '../../services/scoring/test/stripe/server.js';
import { type E2eStack, startE2eStack } from '../src/stack.js';

let stripe: StripeStandIn;
let system: E2eStack;

beforeAll(async () => {
  stripe = await startStripe();
  system = await startE2eStack({
    overrides: {
      'order-processor': { RECONCILE_INTERVAL_MS: '1000', RECONCILE_AGE_MS: '4000' },
      scoring: {
        PAYMENT_GATEWAY: 'stripe',
        STRIPE_API_BASE: stripe.url,
        STRIPE_API_KEY: 'rk_test_standin',
        STRIPE_WEBHOOK_SECRET: 'whsec_standin',
      },
    },
  });
});

afterAll(async () => {
  await system.stack.stop();
  await stripe.stop();
});

const intentOf = (orderId: string) =>
  [...stripe.account.intents.values()].find(({ metadata }) => metadata.order_key === orderId);

async function finish(changes: object) {
  const accepted = await system.api.place({ user_id: 'u123', amount: 999, ...changes });
  return await system.api.untilFinal(accepted.poll_url);
}

test.each([
  ['a PaymentMethod', { payment_method: 'pm_card_visa' }, 'COMPLETED', undefined, 'succeeded'],
  ['the default token', {}, 'COMPLETED', undefined, 'succeeded'],
  [
    'a declined card',
    { payment_method: 'pm_card_chargeDeclined' },
    'REJECTED',
    'PAYMENT_DECLINED',
    'requires_payment_method',
  ],
  [
    'a card that needs 3-D Secure',
    { payment_method: 'pm_card_authenticationRequired' },
    'REJECTED',
    'AUTHENTICATION_REQUIRED',
    'requires_payment_method',
  ],
  ['an unknown method', { payment_method: 'pm_card_nobody' }, 'REJECTED', 'PAYMENT_DECLINED', undefined],
  [
    'no stock',
    { amount: 2500, items: [{ sku: 'VINYL-01', quantity: 1 }] },
    'REJECTED',
    'OUT_OF_STOCK',
    undefined,
  ],
])('%s', async (_, changes, status, reason, intentStatus) => {
  const order = await finish(changes);
  expect({ status: order.status, reason: order.reason }).toEqual({ status, reason });
  await untilPasses(
    'the settlement',
    async () => expect(intentOf(order.order_id)?.status).toBe(intentStatus),
    30_000,
  );
});

test('a lost answer, a server error and a rate limit end in one charge', async () => {
  stripe.fail({ request: 'POST /v1/payment_intents', afterwards: 500 });
  stripe.fail({ request: 'POST /v1/payment_intents', loseAnswer: true });
  stripe.fail({ request: 'POST /v1/payment_intents', status: 429, headers: { 'retry-after': '1' } });
  const orders = await Promise.all([finish({}), finish({}), finish({}), finish({})]);
  for (const { status, order_id } of orders) {
    expect(status).toBe('COMPLETED');
    const intents = [...stripe.account.intents.values()].filter(
      ({ metadata }) => metadata.order_key === order_id,
    );
    expect(intents).toHaveLength(1);
    await untilPasses('the charge', async () => expect(intents[0]?.status).toBe('succeeded'), 30_000);
  }
}, 60_000);

test('an authorization that is gone before its capture leaves a completed order with a payment problem', async () => {
  let release: () => void = () => undefined;
  const hold = new Promise<void>((resolve) => {
    release = resolve;
  });
  stripe.fail({ request: 'POST /v1/payment_intents/', hold });
  const { poll_url, order_id } = await system.api.place({ user_id: 'u123', amount: 999 });
  await system.api.untilFinal(poll_url);
  stripe.account.cancel(intentOf(order_id)?.id ?? '', 'automatic');
  release();
  await untilPasses(
    'the payment problem',
    async () =>
      expect(await system.api.read(poll_url)).toMatchObject({
        status: 'COMPLETED',
        payment_problem: 'CAPTURE_FAILED',
      }),
    30_000,
  );
});

test('a refund in the dashboard reaches the ledger by a signed webhook, and the order by the reconciler', async () => {
  const { order_id, poll_url } = await system.api.place({ user_id: 'u123', amount: 999 });
  await system.api.untilFinal(poll_url);
  await untilPasses('the charge', async () => expect(intentOf(order_id)?.status).toBe('succeeded'), 30_000);
  const intent = intentOf(order_id)?.id ?? '';
  const object = stripe.account.refund(
    new Map([
      ['payment_intent', intent],
      ['amount', '250'],
    ]),
  );
  const body = JSON.stringify({ id: 'evt_1', object: 'event', type: 'refund.created', data: { object } });
  expect(await sendEvent(body, 'whsec_other')).toBe(400);
  expect(await sendEvent(body, 'whsec_standin')).toBe(200);
  await untilPasses(
    'the refund on the order',
    async () => expect(await system.api.read(poll_url)).toMatchObject({ refunded_amount: 250 }),
    30_000,
  );
});

async function sendEvent(body: string, secret: string): Promise<number> {
  const time = Math.floor(Date.now() / 1_000);
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  const response = await fetch(`http://localhost:${system.ports.scoringHttp}/webhooks/stripe`, {
    method: 'POST',
    headers: { 'stripe-signature': `t=${time},v1=${signature}` },
    body,
  });
  return response.status;
}
