import { describe, expect, it, test } from '@jest/globals';
import { UnavailableError } from '../../src/errors.js';
import { SimulatedGateway } from '../../src/payment/gateways/simulated.js';

const never = new AbortController().signal;
const authorize = (gateway: SimulatedGateway, paymentMethod: string, idempotencyKey = 'o1', signal = never) =>
  gateway.authorize({ idempotencyKey, amount: 999, currency: 'USD', paymentMethod }, signal);

describe('tokens', () => {
  it.each([[''], ['tok_visa'], ['tok_mastercard'], ['tok_amex'], ['tok_slow']])(
    '%j is approved',
    async (token) => {
      expect(await authorize(new SimulatedGateway({ slowMs: 1 }), token)).toMatchObject({ approved: true });
    },
  );

  it.each([
    ['tok_chargeDeclined', 'card_declined'],
    ['tok_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
    ['tok_chargeDeclinedExpiredCard', 'expired_card'],
    ['4242424242424242', 'invalid_payment_method'],
  ])('%s is declined with %s', async (token, declineCode) => {
    expect(await authorize(new SimulatedGateway({ slowMs: 1 }), token)).toMatchObject({
      approved: false,
      declineCode,
    });
  });

  test('tok_gatewayDown is unavailable', async () => {
    await expect(authorize(new SimulatedGateway({ slowMs: 1 }), 'tok_gatewayDown')).rejects.toThrow(
      UnavailableError,
    );
  });

  test('tok_timeout answers each key from the second time on', async () => {
    const gateway = new SimulatedGateway({ slowMs: 1 });
    const cut = new AbortController();
    const lost = authorize(gateway, 'tok_timeout', 'o1', cut.signal);
    cut.abort(new Error('cut off'));
    await expect(lost).rejects.toThrow('cut off');
    expect(await authorize(gateway, 'tok_timeout', 'o1')).toMatchObject({ approved: true });
  });
});

test('a reference belongs to its key, also after a restart', async () => {
  const before = await authorize(new SimulatedGateway({ slowMs: 1 }), 'tok_visa', 'o1');
  const after = await authorize(new SimulatedGateway({ slowMs: 1 }), 'tok_visa', 'o1');
  const other = await authorize(new SimulatedGateway({ slowMs: 1 }), 'tok_visa', 'o2');
  expect(after).toEqual(before);
  expect(other).not.toEqual(before);
});

test('a capture bars a void and a void bars a capture', async () => {
  const gateway = new SimulatedGateway({ slowMs: 1 });
  const [a, b] = [
    { idempotencyKey: 'a', reference: '' },
    { idempotencyKey: 'b', reference: '' },
  ];
  expect([await gateway.capture(a), await gateway.void(a)]).toEqual(['captured', 'captured']);
  expect([await gateway.void(b), await gateway.capture(b)]).toEqual(['voided', 'voided']);
});

test('forgets the oldest of more than 10,000 keys', async () => {
  const gateway = new SimulatedGateway({ slowMs: 1 });
  for (let index = 0; index <= 10_000; index++)
    await gateway.void({ idempotencyKey: `k${index}`, reference: '' });
  expect(await gateway.capture({ idempotencyKey: 'k1', reference: '' })).toBe('voided');
  expect(await gateway.capture({ idempotencyKey: 'k0', reference: '' })).toBe('captured');
});
