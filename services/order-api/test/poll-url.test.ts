import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type KeyRing, parseKeyRing } from '../src/keys.js';
import { signOrder, toSignedPath, verifyOrder } from '../src/orders/poll-url.js';

const KEYS: KeyRing = [
  { id: 'new', secret: 'new-secret' },
  { id: 'old', secret: 'old-secret' },
];
const ID = '0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19';

describe('signed URLs', () => {
  test('are HMAC-SHA256 in base64url', () => {
    const signed = signOrder(KEYS, ID, 1_768_642_200);
    expect(signed).toEqual({
      expires: '1768642200',
      key_id: 'new',
      signature: '5YpYDYgzzUzlW42I1HJCue_h9b8wGYN_ezmr6y5nzS4',
    });
    expect(toSignedPath(ID, signed)).toBe(
      `/orders/${ID}?expires=1768642200&key_id=new&signature=${signed.signature}`,
    );
  });

  test('are valid until the second in which they expire', () => {
    const signed = signOrder(KEYS, ID, 1_000);
    expect(verifyOrder(KEYS, ID, signed, 999_999)).toBe('valid');
    expect(verifyOrder(KEYS, ID, signed, 1_000_000)).toBe('expired');
  });

  test('outlive the key that follows theirs', () => {
    const [, old] = KEYS;
    const signed = signOrder([old as KeyRing[0]], ID, 1_000);
    expect(verifyOrder(KEYS, ID, signed, 0)).toBe('valid');
    expect(verifyOrder([KEYS[0]], ID, signed, 0)).toBe('forged');
  });

  test('are invalid after any change', () => {
    const signed = signOrder(KEYS, ID, 1_000);
    fc.assert(
      fc.property(
        fc.constantFrom('orderId', 'expires', 'key_id', 'signature' as const),
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.base64String(), fc.nat().map(String)),
        (field, value) => {
          const given = { orderId: ID, ...signed, [field]: value };
          fc.pre(value !== { orderId: ID, ...signed }[field]);
          expect(verifyOrder(KEYS, given.orderId, given, 0)).toBe('forged');
        },
      ),
      { numRuns: 500 },
    );
  });

  test('are not confused by fields that flow into each other', () => {
    const signed = signOrder(KEYS, `${ID}\n1000`, 1_000);
    expect(verifyOrder(KEYS, ID, { ...signed, expires: '1000\n1000' }, 0)).toBe('forged');
  });
});

describe('key rings', () => {
  test.each([
    ['secret', [{ id: 'default', secret: 'secret' }]],
    ['a:x', [{ id: 'a', secret: 'x' }]],
    [
      'a:x, b:y',
      [
        { id: 'a', secret: 'x' },
        { id: 'b', secret: 'y' },
      ],
    ],
    ['', undefined],
    ['a:', undefined],
    [':x', undefined],
    ['a:x,', undefined],
    ['a:x,y', undefined],
    ['a:x,a:y', undefined],
    ['a:x:y', undefined],
    ['a b:x', undefined],
  ])('%j', (text, keys) => {
    expect(parseKeyRing(text)).toEqual(keys);
  });
});
