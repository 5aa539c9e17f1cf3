/** Events fit the JSON Schemas that are generated from proto/, and the schemas reject values that are not events. */
import { describe, expect, test } from '@jest/globals';
import {
  EVENT_DATA_SCHEMA,
  type FinalOrder,
  ORDER_EVENT_TYPES,
  type OrderEvent,
  toRefundEvent,
  toStatusEvent,
} from '../src/order-events.js';
import { REJECTION_REASONS } from '../src/orders.js';
import { toSystemEvent } from '../src/webhooks.js';
import { faultsOf } from './event-schemas.js';

const ORDER: FinalOrder = {
  order_id: '0198c0de-0000-7000-8000-000000000001',
  user_id: 'u123',
  status: 'COMPLETED',
  amount: 2500,
  currency: 'USD',
  items: [{ sku: 'MUG-01', quantity: 2 }],
  created_at: '2026-01-15T09:30:00.000Z',
  updated_at: '2026-01-15T09:30:01.000Z',
  attempt: 1,
  lease_until: 0,
};

const EVENTS: readonly OrderEvent[] = [
  toStatusEvent(ORDER),
  ...REJECTION_REASONS.map((reason) => toStatusEvent({ ...ORDER, status: 'REJECTED', reason })),
  toStatusEvent({ ...ORDER, status: 'FAILED', reason: 'RETRIES_EXHAUSTED' }),
  toStatusEvent({ ...ORDER, status: 'CANCELLED', items: [] }),
  toRefundEvent(ORDER, { refundId: 'r-1', refundedAmount: 500, refundedAt: '2026-01-16T09:30:00.000Z' }),
];

test('there is an event of each type', () => {
  expect(new Set(EVENTS.map(({ type }) => type))).toEqual(new Set(ORDER_EVENT_TYPES));
});

test.each(EVENTS.map((event) => [event.type, event.data.reason ?? '', event] as const))(
  '%s %s fits its schema, and its data the schema that it names',
  (_type, _reason, event) => {
    expect(faultsOf('orders.v1.OrderEvent', event)).toEqual([]);
    expect(event.dataschema).toBe(EVENT_DATA_SCHEMA);
    expect(faultsOf('orders.v1.OrderEventData', event.data)).toEqual([]);
  },
);

test.each(['webhook.test', 'webhook.endpoint_disabled'] as const)('%s fits its schema', (type) => {
  const event = toSystemEvent(type, ORDER.order_id, 'test-1', ORDER.updated_at);
  expect(faultsOf('orders.v1.WebhookEndpointEvent', event)).toEqual([]);
});

describe('a wrong event is refused', () => {
  const [event] = EVENTS as [OrderEvent];
  const data = (changes: object) => ({ ...event, data: { ...event.data, ...changes } });
  test.each<[string, unknown, string]>([
    ['of another version', { ...event, specversion: '0.3' }, '/specversion enum'],
    ['of an unknown type', { ...event, type: 'order.eaten' }, '/type enum'],
    ['without an id', { ...event, id: undefined }, ' required'],
    ['at no time', { ...event, time: 'yesterday' }, '/time format'],
    ['without data', { ...event, data: undefined }, ' required'],
    ['with an order that is not final', data({ status: 'PROCESSING' }), '/data/status enum'],
    ['with a 64-bit number as protobuf JSON has it', data({ amount: '2500' }), '/data/amount type'],
    ['with a fraction of a cent', data({ amount: 0.5 }), '/data/amount type'],
    ['with a camelCase name', data({ order_id: undefined, orderId: 'o1' }), '/data required'],
    [
      'with no piece of an item',
      data({ items: [{ sku: 'A', quantity: 0 }] }),
      '/data/items/0/quantity minimum',
    ],
    ['with a currency in words', data({ currency: 'dollars' }), '/data/currency pattern'],
  ])('%s', (_, value, fault) => {
    expect(faultsOf('orders.v1.OrderEvent', JSON.parse(JSON.stringify(value)))).toContain(fault);
  });
});

test('fields of a newer publisher are allowed', () => {
  expect(faultsOf('orders.v1.OrderEvent', { ...EVENTS[0], traceparent: '00-1-2-00' })).toEqual([]);
});
