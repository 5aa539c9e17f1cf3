import { create, toJson } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OrderPlacedSchema } from '../src/gen/orders/v1/orders_pb.js';
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

test('decoding the message of an order returns the same order', () => {
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

const instant = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
const placedOrder = fc.record(
  {
    order_id: fc.uuid(),
    user_id: fc.string({ minLength: 1, unit: 'grapheme' }),
    amount: fc.integer({ min: 1, max: 99_999_999 }),
    currency: fc.constantFrom('USD', 'JPY'),
    items: fc.array(
      fc.record({ sku: fc.string({ minLength: 1 }), quantity: fc.integer({ min: 1, max: 2 ** 31 - 1 }) }),
    ),
    payment_method: fc.string({ minLength: 1 }),
    created_at: instant.map((date) => date.toISOString()),
    account_created_at: instant,
    fingerprint: fc.string(),
  },
  {
    requiredKeys: ['order_id', 'user_id', 'amount', 'currency', 'items', 'payment_method', 'created_at'],
  },
);

test('the message is what the generated code writes', () => {
  fc.assert(
    fc.property(placedOrder, (order) => {
      const { account_created_at, created_at, amount, items, fingerprint } = order;
      const message = create(OrderPlacedSchema, {
        orderId: order.order_id,
        userId: order.user_id,
        amount: BigInt(amount),
        currency: order.currency,
        items: items.map(({ sku, quantity }) => ({ sku, quantity })),
        paymentMethod: order.payment_method,
        requestedAt: timestampFromDate(new Date(created_at)),
        ...(fingerprint !== undefined && { fingerprint }),
        ...(account_created_at && { accountCreatedAt: timestampFromDate(account_created_at) }),
      });
      expect(JSON.parse(encodeOrderPlaced(order))).toEqual(toJson(OrderPlacedSchema, message));
    }),
  );
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
