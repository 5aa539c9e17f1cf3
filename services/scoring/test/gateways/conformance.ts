/** Requirements on every payment gateway, as tests that run against each adapter. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { untilPasses } from '@order-pipeline/local/ready';
import { RefusedError, UnavailableError } from '../../src/errors.js';
import type { GatewayAnswer, PaymentGateway } from '../../src/payment/gateway.js';

/** An adapter with its provider. */
export interface GatewayUnderTest {
  readonly gateway: PaymentGateway;
  /** Ends an authorization at the provider, as its time limit does. */
  lapse(idempotencyKey: string, reference: string): Promise<void>;
  /** Makes the provider refuse the next authorization for a while. Absent where that is not possible. */
  refuseNext?(): RefusedTry;
  stop(): Promise<void>;
}

/** Payment methods of an authorization that the provider refuses for a while, and of its repeat. */
export interface RefusedTry {
  readonly paymentMethod: string;
  readonly repeatedWith: string;
}

const signal = new AbortController().signal;

/** Defines the tests. Payment methods are the test tokens that all adapters share. */
export function describeGateway(name: string, start: () => Promise<GatewayUnderTest>): void {
  describe(`the ${name} gateway`, () => {
    let use: GatewayUnderTest;
    let gateway: PaymentGateway;
    beforeAll(async () => {
      use = await start();
      gateway = use.gateway;
    });
    afterAll(() => use.stop());

    const authorize = (idempotencyKey: string, paymentMethod = 'tok_visa', amount = 999) =>
      gateway.authorize(
        { idempotencyKey, amount, currency: 'USD', paymentMethod, orderedAt: Date.now() },
        signal,
      );
    const open = async (amount?: number) => {
      const idempotencyKey = randomUUID();
      const { reference } = await authorize(idempotencyKey, 'tok_visa', amount);
      return { idempotencyKey, reference };
    };
    const charged = async (amount?: number) => {
      const payment = await open(amount);
      await gateway.capture(payment, signal);
      return payment;
    };
    const refund = (payment: Awaited<ReturnType<typeof open>>, amount: number, refundId = 'r1') =>
      gateway.refund({ ...payment, refundId, amount, currency: 'USD' }, signal);

    test('can be pinged', async () => {
      await gateway.ping(signal);
    });

    test('answers every repeat of an authorization the same, also at the same time', async () => {
      const key = randomUUID();
      const all: GatewayAnswer[] = await Promise.all(Array.from({ length: 4 }, () => authorize(key)));
      all.push(await authorize(key));
      expect(all[0]).toMatchObject({ approved: true, reference: expect.stringMatching(/./) });
      expect(new Set(all.map(({ reference }) => reference)).size).toBe(1);
    });

    it.each([
      ['tok_chargeDeclined', /declin/],
      ['tok_chargeDeclinedInsufficientFunds', /^insufficient_funds$/],
      ['tok_chargeDeclinedExpiredCard', /^expired_card$/],
      ['tok_noSuchMethod', /^invalid_payment_method$/],
      ['4242424242424242', /^invalid_payment_method$/],
    ])('declines %s, again and again', async (token, code) => {
      const key = randomUUID();
      for (const answer of [await authorize(key, token), await authorize(key, token)])
        expect(answer).toMatchObject({ approved: false, declineCode: expect.stringMatching(code) });
    });

    test('captures once', async () => {
      const payment = await open();
      expect(await gateway.capture(payment, signal)).toBe('captured');
      expect(await gateway.capture(payment, signal)).toBe('captured');
      expect(await gateway.void(payment, signal)).toBe('captured');
    });

    test('voids once', async () => {
      const payment = await open();
      expect(await gateway.void(payment, signal)).toBe('voided');
      expect(await gateway.void(payment, signal)).toBe('voided');
      expect(await gateway.capture(payment, signal)).toBe('voided');
    });

    test('lets one of a capture and a void at the same time win', async () => {
      const payments = await Promise.all(Array.from({ length: 4 }, () => open()));
      for (const payment of payments) {
        const [captured, voided] = await Promise.all([
          gateway.capture(payment, signal),
          gateway.void(payment, signal),
        ]);
        expect(captured).toBe(voided);
      }
    });

    test('finds a payment by its key alone', async () => {
      const [first, second] = [await open(), await open()];
      expect(await gateway.capture({ ...first, reference: '' }, signal)).toBe('captured');
      expect(await gateway.void({ ...second, reference: '' }, signal)).toBe('voided');
      expect(await gateway.void(first, signal)).toBe('captured');
      expect(await gateway.capture(second, signal)).toBe('voided');
    });

    test('has nothing to void for an unknown key', async () => {
      expect(await gateway.void({ idempotencyKey: randomUUID(), reference: '' }, signal)).toBe('voided');
    });

    test('cannot capture what has lapsed', async () => {
      const payment = await open();
      await use.lapse(payment.idempotencyKey, payment.reference);
      expect(await gateway.capture(payment, signal)).toBe('voided');
    });

    test.each([1, 5, 20])('finds the payment of a try that was cut off after %d ms', async (afterMs) => {
      const key = randomUUID();
      const order = { idempotencyKey: key, amount: 999, currency: 'USD', orderedAt: Date.now() };
      const cut = AbortSignal.timeout(afterMs);
      const first = await gateway
        .authorize({ ...order, paymentMethod: 'tok_visa' }, cut)
        .catch(() => undefined);
      const repeats = [await authorize(key), await authorize(key)];
      const references = [...(first ? [first] : []), ...repeats].map(({ reference }) => reference);
      expect(new Set(references).size).toBe(1);
      expect(await gateway.void({ idempotencyKey: key, reference: '' }, signal)).toBe('voided');
      expect(await gateway.capture({ idempotencyKey: key, reference: references[0] ?? '' }, signal)).toBe(
        'voided',
      );
    });

    test('says of a refused try that nothing has happened, and takes its repeat', async () => {
      const refused = use.refuseNext?.();
      if (!refused) return expect(process.env.STRIPE_TEST_KEY).toBeDefined();
      const key = randomUUID();
      await expect(authorize(key, refused.paymentMethod)).rejects.toThrow(UnavailableError);
      await untilPasses(
        'the end of the refusal',
        async () => expect(await authorize(key, refused.repeatedWith)).toMatchObject({ approved: true }),
        20_000,
      );
      expect(await gateway.capture({ idempotencyKey: key, reference: '' }, signal)).toBe('captured');
    });

    test('refunds in parts, each once, and never more than was captured', async () => {
      const payment = await charged(1_000);
      const first = await refund(payment, 400, 'first');
      expect(await refund(payment, 400, 'first')).toEqual(first);
      await expect(refund(payment, 601, 'too much')).rejects.toThrow(RefusedError);
      expect(await refund(payment, 600, 'rest')).not.toEqual(first);
      await expect(refund(payment, 1, 'nothing left')).rejects.toThrow(RefusedError);
      expect(await refund(payment, 600, 'rest')).toMatchObject({ reference: expect.any(String) });
    });

    test('refunds once when asked at the same time', async () => {
      const payment = await charged(1_000);
      const all = await Promise.all(Array.from({ length: 3 }, () => refund(payment, 1_000)));
      expect(new Set(all.map(({ reference }) => reference)).size).toBe(1);
    });

    test('refunds nothing that is not captured', async () => {
      await expect(refund(await open(), 1)).rejects.toThrow(RefusedError);
    });
  });
}
