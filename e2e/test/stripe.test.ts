/** Orders of every outcome through the Stripe adapter: the real stack, and a stand-in for Stripe. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { awsEnvironment, resourceEnvironment } from '@order-pipeline/local/environment';
import { untilPasses } from '@order-pipeline/local/ready';
import { type StripeStandIn, startStripe } from '../../services/scoring/test/stripe/server.js';
import { queueUrlsAt } from '../src/chaos/environment.js';
import { Operators } from '../src/chaos/operators.js';
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

/** The operators' commands, with the settings of the stack. */
function operators(): Operators {
  const { sqs, dynamo, scoringGrpc } = system.ports;
  const scoring = `http://127.0.0.1:${scoringGrpc}`;
  const env = {
    PATH: process.env.PATH,
    ...awsEnvironment(`http://127.0.0.1:${sqs}`, `http://127.0.0.1:${dynamo}`),
    ...resourceEnvironment(queueUrlsAt(sqs), {}),
    INVENTORY_URL: scoring,
    FRAUD_URL: scoring,
    PAYMENT_URL: scoring,
  };
  return new Operators(env, []);
}

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

/** A promise and what resolves it. */
function gate(): { readonly closed: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { closed, open };
}

test('a client who cancels while Stripe is asked is not charged: CANCELLED', async () => {
  const answer = gate();
  stripe.fail({ request: 'POST /v1/payment_intents', hold: answer.closed });
  const before = stripe.requests.length;
  const { poll_url, order_id } = await system.api.place({ user_id: 'u123', amount: 999 });
  await untilPasses(
    'the authorization',
    async () => expect(stripe.requests.slice(before)).toContain('POST /v1/payment_intents'),
    30_000,
  );
  expect(await system.api.cancel(poll_url)).toMatchObject({ status: 'CANCELLED' });
  answer.open();
  await untilPasses('the void', async () => expect(intentOf(order_id)?.status).toBe('canceled'), 30_000);
  expect(await system.api.read(poll_url)).toMatchObject({ status: 'CANCELLED' });
});

test('an order that an operator fails while Stripe does not respond is not charged: FAILED', async () => {
  const answer = gate();
  const tries = Array.from({ length: 50 }, () => ({
    request: 'POST /v1/payment_intents',
    hold: answer.closed,
  }));
  for (const fault of tries) stripe.fail(fault);
  const { poll_url, order_id } = await system.api.place({ user_id: 'u123', amount: 999 });
  await untilPasses(
    'the claim',
    async () => expect(await system.api.read(poll_url)).toMatchObject({ status: 'PROCESSING' }),
    30_000,
  );
  const failed = await operators().orders('fail', order_id, '--reason', 'Stripe is away', '--wait', '30');
  stripe.forgive();
  answer.open();
  expect(failed).toMatchObject({ exitCode: 0 });
  expect(await system.api.read(poll_url)).toMatchObject({ status: 'FAILED', reason: 'RETRIES_EXHAUSTED' });
  // The reconciler voids what Stripe approves too late.
  await untilPasses('the void', async () => expect(intentOf(order_id)?.status).toBe('canceled'), 30_000);
}, 120_000);
