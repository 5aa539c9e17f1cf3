import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '@order-pipeline/platform/clock';
import Stripe from 'stripe';
import { StripeClient } from '../../src/payment/gateways/stripe/client.js';
import { createStripeWebhook } from '../../src/payment/gateways/stripe/webhook.js';
import type { ProviderChange } from '../../src/payment/provider-change.js';
import { type StripeStandIn, startStripe } from '../stripe/server.js';
import { logger } from '../support.js';

const SECRET = 'whsec_test';

let stripe: StripeStandIn;
let server: Server;
let changes: ProviderChange[];
let fails = false;

beforeAll(async () => {
  stripe = await startStripe();
  const apiKey = { current: 'rk_test_1' };
  const { handle } = createStripeWebhook({
    client: new StripeClient({ apiKey, apiBase: stripe.url, timeoutMs: 5_000, clock: systemClock }),
    secret: { current: SECRET },
    timeoutMs: 5_000,
    logger,
    apply: async (change) => {
      if (fails) throw new Error('the table is unavailable');
      changes.push(change);
    },
  });
  server = createServer(handle);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});

beforeEach(() => {
  changes = [];
  fails = false;
});

afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await stripe.stop();
});

async function send(type: string, object: object, secret = SECRET, body?: string): Promise<number> {
  const payload = body ?? JSON.stringify({ id: 'evt_1', object: 'event', type, data: { object } });
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret });
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/webhooks/stripe`, {
    method: 'POST',
    headers: { 'stripe-signature': signature },
    body: payload,
  });
  return response.status;
}

function intentOf(key: string | undefined, isCaptured: boolean) {
  const metadata: [string, string][] = key === undefined ? [] : [['metadata[order_key]', key]];
  const form: [string, string][] = [
    ['amount', '1000'],
    ['currency', 'usd'],
    ['payment_method', 'pm_card_visa'],
  ];
  const intent = stripe.account.create(new Map([...form, ...metadata]));
  return isCaptured ? stripe.account.capture(intent.id) : intent;
}

const refundOf = (id: string, changed: object = {}) => ({
  id: 're_1',
  object: 'refund',
  payment_intent: id,
  amount: 250,
  currency: 'usd',
  status: 'succeeded',
  metadata: {},
  ...changed,
});

test('a refund made in the dashboard', async () => {
  const { id } = intentOf('o1', true);
  expect(await send('refund.created', refundOf(id))).toBe(200);
  expect(changes).toEqual([
    {
      kind: 'refund',
      idempotencyKey: 'o1',
      refundId: 're_1',
      own: false,
      reference: 're_1',
      amount: 250,
      state: 'DONE',
    },
  ]);
});

test('a refund of ours that failed', async () => {
  const { id } = intentOf('o1', true);
  await send('refund.failed', refundOf(id, { status: 'failed', metadata: { refund_id: 'a' } }));
  expect(changes).toMatchObject([{ refundId: 'a', own: true, state: 'FAILED' }]);
});

test.each([
  ['payment_intent.canceled', 'canceled', { kind: 'problem', problem: 'AUTHORIZATION_GONE' }],
  ['charge.dispute.created', 'needs_response', { kind: 'problem', problem: 'DISPUTED' }],
  ['charge.dispute.closed', 'lost', { kind: 'problem', problem: 'DISPUTE_LOST' }],
  ['charge.dispute.closed', 'won', { kind: 'problem-solved' }],
])('%s (%s)', async (type, status, change) => {
  const { id } = intentOf('o1', false);
  const object = type.startsWith('payment_intent')
    ? { id, object: 'payment_intent', status }
    : { id: 'dp_1', object: 'dispute', payment_intent: id, status };
  expect(await send(type, object)).toBe(200);
  expect(changes).toEqual([{ idempotencyKey: 'o1', ...change }]);
});

test('what is not about a payment of ours is taken and ignored', async () => {
  const foreign = intentOf(undefined, true);
  const open = intentOf('o1', false);
  expect(await send('refund.created', refundOf(foreign.id))).toBe(200);
  expect(await send('refund.created', refundOf(open.id))).toBe(200);
  expect(await send('customer.created', { id: 'cus_1', object: 'customer' })).toBe(200);
  expect(changes).toEqual([]);
});

test('a signature by another secret is refused', async () => {
  const { id } = intentOf('o1', true);
  expect(await send('refund.created', refundOf(id), 'whsec_other')).toBe(400);
  expect(changes).toEqual([]);
});

test('an event that cannot be written is asked for again', async () => {
  const { id } = intentOf('o1', true);
  fails = true;
  expect(await send('refund.created', refundOf(id))).toBe(500);
  stripe.fail({ request: 'GET /v1/payment_intents/', status: 503 });
  expect(await send('refund.created', refundOf(id))).toBe(500);
});

test('a body that is too large is refused', async () => {
  expect(await send('', {}, SECRET, 'x'.repeat(300_000))).toBe(413);
});
