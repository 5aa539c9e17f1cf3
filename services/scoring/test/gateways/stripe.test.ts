import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { OutcomeUnknownError, RefusedError, UnavailableError } from '../../src/errors.js';
import { STRIPE_API_VERSION } from '../../src/payment/gateways/stripe/client.js';
import { parseApiKey } from '../../src/payment/gateways/stripe/config.js';
import {
  fromStripeAmount,
  toStripeAmount,
  toStripeMethod,
} from '../../src/payment/gateways/stripe/methods.js';
import { type StripeStandIn, startStripe } from '../stripe/server.js';
import { createStripeGateway } from './stripe-under-test.js';

const never = new AbortController().signal;
const CREATE = 'POST /v1/payment_intents';

let stripe: StripeStandIn;
beforeAll(async () => {
  stripe = await startStripe();
});
afterAll(() => stripe.stop());

const gateway = (options: { key?: string; clock?: () => number } = {}) =>
  createStripeGateway(stripe.url, options.key, options.clock);

function payment(changes: object = {}) {
  const base = { idempotencyKey: randomUUID(), amount: 999, currency: 'USD', paymentMethod: 'pm_card_visa' };
  return { ...base, orderedAt: Date.now(), ...changes };
}

const intentsOf = (key: string) =>
  [...stripe.account.intents.values()].filter(({ metadata }) => metadata.order_key === key);

describe('an authorization', () => {
  test('sets the money aside for a capture by hand, under a key of the order and a pinned version', async () => {
    const order = payment();
    const answer = await gateway().authorize(order, never);
    const [intent] = intentsOf(order.idempotencyKey);
    expect(answer).toEqual({ approved: true, reference: intent?.id });
    expect(intent).toMatchObject({ amount: 999, currency: 'usd', capture_method: 'manual' });
    expect(stripe.lastHeaders()).toMatchObject({
      'idempotency-key': `${order.idempotencyKey}:authorize`,
      'stripe-version': STRIPE_API_VERSION,
      authorization: 'Bearer rk_test_standin',
    });
  });

  it.each([
    ['pm_card_authenticationRequired', 'authentication_required'],
    ['pm_card_chargeDeclined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
    ['pm_card_nobodyKnows', 'invalid_payment_method'],
  ])('by %s is declined with %s', async (paymentMethod, declineCode) => {
    expect(await gateway().authorize(payment({ paymentMethod }), never)).toMatchObject({
      approved: false,
      declineCode,
    });
  });

  test('of too small an amount is a decline', async () => {
    expect(await gateway().authorize(payment({ amount: 1 }), never)).toMatchObject({
      approved: false,
      declineCode: 'amount_too_small',
    });
  });

  test('never sends what could be a card number', async () => {
    const before = stripe.requests.length;
    await gateway().authorize(payment({ paymentMethod: '4242424242424242' }), never);
    expect(stripe.requests).toHaveLength(before);
  });

  test('whose answer is lost is unknown, and a repeat finds it', async () => {
    const order = payment();
    stripe.fail({ request: CREATE, loseAnswer: true });
    // The SDK itself repeats the call once when a connection is closed.
    stripe.fail({ request: CREATE, loseAnswer: true });
    await expect(gateway().authorize(order, never)).rejects.toThrow(OutcomeUnknownError);
    expect(await gateway().authorize(order, never)).toMatchObject({ approved: true });
    expect(intentsOf(order.idempotencyKey)).toHaveLength(1);
  });

  it.each([[0], [3_600_000]])('of yesterday is looked up, with a search that lags %i ms', async (lagMs) => {
    const order = payment();
    stripe.searchLagMs = lagMs;
    const first = await gateway().authorize(order, never);
    stripe.forgetKeys();
    const late = { ...order, orderedAt: Date.now() - 21 * 3_600_000 };
    expect(await gateway().authorize(late, never)).toEqual(first);
    expect(await gateway().authorize({ ...order, orderedAt: undefined }, never)).toEqual(first);
    expect(intentsOf(order.idempotencyKey)).toHaveLength(1);
    stripe.searchLagMs = 0;
  });

  test('that Stripe answers with a server error is looked up', async () => {
    const order = payment();
    stripe.fail({ request: CREATE, afterwards: 500 });
    expect(await gateway().authorize(order, never)).toMatchObject({ approved: true });
    const lost = payment();
    stripe.fail({ request: CREATE, status: 500 });
    await expect(gateway().authorize(lost, never)).rejects.toThrow(OutcomeUnknownError);
  });

  test('is cut off by the signal', async () => {
    const stop = new AbortController();
    let release: () => void = () => undefined;
    const hold = new Promise<void>((resolve) => {
      release = resolve;
    });
    stripe.fail({ request: CREATE, hold });
    const call = gateway().authorize(payment(), stop.signal);
    stop.abort(new Error('cut off'));
    await expect(call).rejects.toThrow('cut off');
    release();
  });

  test('with other parameters under a key is refused', async () => {
    const order = payment();
    await gateway().authorize(order, never);
    await expect(gateway().authorize({ ...order, amount: 1_000 }, never)).rejects.toThrow(RefusedError);
  });
});

describe('trouble at Stripe', () => {
  it.each([
    ['429', { status: 429 }, UnavailableError],
    ['409', { status: 409 }, OutcomeUnknownError],
    ['503', { status: 503 }, OutcomeUnknownError],
    ['401', { status: 401 }, UnavailableError],
    ['403', { status: 403 }, UnavailableError],
    [
      '400 with the advice to retry',
      { status: 400, headers: { 'stripe-should-retry': 'true' } },
      OutcomeUnknownError,
    ],
  ])('%s', async (_, fault, error) => {
    stripe.fail({ request: CREATE, ...fault });
    await expect(gateway().authorize(payment(), never)).rejects.toThrow(error);
  });

  test('a rate limit holds every call back for as long as Stripe asks', async () => {
    let now = Date.now();
    const limited = gateway({ clock: () => now });
    stripe.fail({ request: CREATE, status: 429, headers: { 'retry-after': '7' } });
    await expect(limited.authorize(payment(), never)).rejects.toThrow(UnavailableError);
    const before = stripe.requests.length;
    now += 6_999;
    await expect(limited.authorize(payment(), never)).rejects.toThrow(UnavailableError);
    expect(stripe.requests).toHaveLength(before);
    now += 1;
    expect(await limited.authorize(payment(), never)).toMatchObject({ approved: true });
  });

  test('no connection means that nothing has happened', async () => {
    const gone = await startStripe();
    await gone.stop();
    await expect(createStripeGateway(gone.url).authorize(payment(), never)).rejects.toThrow(UnavailableError);
  });

  test('a wrong key fails pings', async () => {
    await expect(gateway({ key: 'rk_live_wrong' }).ping(never)).rejects.toThrow(UnavailableError);
  });

  test('a capture by a reference of another account is no lapse', async () => {
    const foreign = { idempotencyKey: randomUUID(), reference: 'pi_foreign' };
    await expect(gateway().capture(foreign, never)).rejects.toThrow('No such intent');
  });
});

test('open authorizations are listed, page by page', async () => {
  const orders = [payment(), payment(), payment()];
  for (const order of orders) await gateway().authorize(order, never);
  const captured = payment();
  const { reference } = await gateway().authorize(captured, never);
  await gateway().capture({ ...captured, reference }, never);
  const keys: string[] = [];
  let pageToken = '';
  do {
    const query = { authorizedBefore: Date.now() + 10_000, pageSize: 2, pageToken };
    const page = await gateway().listOpen(query, never);
    keys.push(...page.authorizations.map(({ idempotencyKey }) => idempotencyKey));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  expect(keys).toEqual(expect.arrayContaining(orders.map(({ idempotencyKey }) => idempotencyKey)));
  expect(keys).not.toContain(captured.idempotencyKey);
  const past = { authorizedBefore: 1_000, pageSize: 10, pageToken: '' };
  expect((await gateway().listOpen(past, never)).authorizations).toEqual([]);
});

test('a refund is found again after Stripe has forgotten its key', async () => {
  const order = payment();
  const { reference } = await gateway().authorize(order, never);
  await gateway().capture({ ...order, reference }, never);
  const refund = { ...order, reference, refundId: 'r1', amount: 100 };
  stripe.fail({ request: 'POST /v1/refunds', afterwards: 500 });
  await expect(gateway().refund(refund, never)).rejects.toThrow(OutcomeUnknownError);
  stripe.forgetKeys();
  await gateway().refund(refund, never);
  expect(stripe.account.refunds.filter(({ payment_intent }) => payment_intent === reference)).toHaveLength(1);
});

test('amounts without a minor unit in ISO 4217 are sent in hundredths where Stripe wants that', () => {
  expect([toStripeAmount(5, 'ISK'), toStripeAmount(5, 'JPY'), toStripeAmount(5, 'USD')]).toEqual([500, 5, 5]);
  expect([fromStripeAmount(500, 'isk'), fromStripeAmount(5, 'jpy')]).toEqual([5, 5]);
});

test('payment methods are named as Stripe names them', () => {
  expect(toStripeMethod('pm_1Abc')).toEqual({ kind: 'method', id: 'pm_1Abc' });
  expect(toStripeMethod('tok_visa')).toEqual({ kind: 'token', token: 'tok_visa' });
  expect(toStripeMethod('cus_1')).toBeUndefined();
});

test.each([
  ['rk_test_abc', undefined],
  ['rk_live_abc', undefined],
  ['sk_live_abc', 'is an unrestricted key'],
  ['hunter2', 'is not a restricted key (rk_test_... or rk_live_...)'],
])('the key %s: %s', (key, problem) => {
  expect(parseApiKey(key)).toEqual(problem ? { problems: [problem] } : { value: key });
});
