import { expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { signDelivery } from '../src/deliver/sign.js';

const CURRENT = `whsec_${Buffer.from('the current secret, 24 bytes+').toString('base64')}`;
const OLD = `whsec_${Buffer.from('the old secret of 24 bytes+').toString('base64')}`;
const now = Date.now();

test('both secrets sign while one is rotated', () => {
  const headers = signDelivery(
    'e-1',
    '{"a":1}',
    [{ secret: CURRENT }, { secret: OLD, expires_at: now + 1 }],
    now,
  );
  for (const secret of [CURRENT, OLD])
    expect(new Webhook(secret).verify('{"a":1}', { ...headers })).toEqual({ a: 1 });
});

test('an expired secret does not sign', () => {
  const headers = signDelivery('e-1', '{}', [{ secret: CURRENT }, { secret: OLD, expires_at: now }], now);
  expect(headers['webhook-signature'].split(' ')).toHaveLength(1);
  expect(() => new Webhook(OLD).verify('{}', { ...headers })).toThrow();
});
