import { describe, expect, test } from '@jest/globals';
import {
  decodeOrderPlaced,
  encodeOrderPlaced,
  MalformedOrderEventError,
  type PlacedOrder,
} from '../src/order-event.js';

const ORDER: PlacedOrder = {
  order_id: '0198c0de-0000-7000-8000-000000000001',
  user_id: 'u123',
  amount: 999,
  currency: 'USD',
  items: [{ sku: 'MUG-01', quantity: 2 }],
  payment_method: 'tok_visa',
  created_at: '2026-01-02T03:04:05.678Z',
  account_created_at: new Date('2025-01-01T00:00:00.000Z'),
};

test('an order comes back from its message as it was', () => {
  expect(decodeOrderPlaced(encodeOrderPlaced(ORDER))).toEqual(ORDER);
});

test('a fingerprint travels with its order', () => {
  const order = { ...ORDER, fingerprint: '3Ty_iqgNrvzttCqkx24JXF' };
  expect(decodeOrderPlaced(encodeOrderPlaced(order))).toEqual(order);
});

test('an order without items and account age is whole', () => {
  const { account_created_at: _, ...order } = { ...ORDER, items: [] };
  expect(decodeOrderPlaced(encodeOrderPlaced(order))).toEqual(order);
});

test('the message is protobuf JSON that people can read', () => {
  expect(JSON.parse(encodeOrderPlaced(ORDER))).toEqual({
    orderId: '0198c0de-0000-7000-8000-000000000001',
    userId: 'u123',
    amount: '999',
    currency: 'USD',
    items: [{ sku: 'MUG-01', quantity: 2 }],
    paymentMethod: 'tok_visa',
    requestedAt: '2026-01-02T03:04:05.678Z',
    accountCreatedAt: '2025-01-01T00:00:00Z',
  });
});

test('fields of a newer sender are ignored', () => {
  const body = { ...JSON.parse(encodeOrderPlaced(ORDER)), giftWrap: true };
  expect(decodeOrderPlaced(JSON.stringify(body))).toEqual(ORDER);
});

describe('a body that is no order says what it lacks', () => {
  const whole = JSON.parse(encodeOrderPlaced(ORDER));
  test.each([
    ['nothing', '', 'not an orders.v1.OrderPlaced'],
    ['text', 'hello', 'not an orders.v1.OrderPlaced'],
    ['a wrong type', JSON.stringify({ ...whole, amount: {} }), 'not an orders.v1.OrderPlaced'],
    ['an empty object', '{}', 'order_id, user_id, a usable amount, currency, requested_at'],
    ['no amount', JSON.stringify({ ...whole, amount: '0' }), 'lacks a usable amount'],
    ['an amount beyond 2^53', JSON.stringify({ ...whole, amount: '9007199254740993' }), 'a usable amount'],
    ['no time', JSON.stringify({ ...whole, requestedAt: undefined }), 'lacks requested_at'],
    ['bad items', JSON.stringify({ ...whole, items: [{ quantity: 0 }] }), 'items[0].sku, items[0].quantity'],
  ])('%s', (_, body, message) => {
    expect(() => decodeOrderPlaced(body)).toThrow(MalformedOrderEventError);
    expect(() => decodeOrderPlaced(body)).toThrow(message);
  });
});
