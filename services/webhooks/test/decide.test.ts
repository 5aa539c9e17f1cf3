import { describe, expect, test } from '@jest/globals';
import type { OrderEvent } from '@order-pipeline/contracts/order-events';
import {
  addDelivery,
  newDelivery,
  newStream,
  REFUND_HOLD_MS,
  type WebhookEndpoint,
} from '@order-pipeline/contracts/webhooks';
import { applyResult, decideStep, receives } from '../src/streams/decide.js';
import { createEvent } from './fixtures.js';

const now = 1_000_000;
const stream = newStream('ep', createEvent('o1', 'completed'), now);
const [first = newDelivery(createEvent('o1', 'completed'), now)] = stream.deliveries;
const second = newDelivery(createEvent('o1', 'refunded'), now);

describe('decideStep', () => {
  test('attempts the first pending delivery', () => {
    expect(decideStep(stream, now)).toEqual({ kind: 'attempt', delivery: first });
  });

  test('a delivery that waits bars the later ones', () => {
    const waiting = { ...stream, deliveries: [{ ...first, next_attempt_at: now + 500 }, second] };
    expect(decideStep(waiting, now)).toEqual({ kind: 'wait', delayMs: 500 });
  });

  test.each(['delivered', 'failed', 'skipped'] as const)(
    'a %s delivery makes way for the next one',
    (status) => {
      const later = { ...stream, deliveries: [{ ...first, status }, second] };
      expect(decideStep(later, now)).toEqual({ kind: 'attempt', delivery: second });
      expect(decideStep({ ...stream, deliveries: [{ ...first, status }] }, now)).toEqual({ kind: 'done' });
    },
  );
});

describe('applyResult', () => {
  test('a delivered one keeps its status and forgets the last error', () => {
    const failed = applyResult(first, { kind: 'failed', error: 'reset', nextDelayMs: 5 }, now);
    expect(failed).toMatchObject({
      status: 'pending',
      attempts: 1,
      last_error: 'reset',
      next_attempt_at: now + 5,
    });
    const delivered = applyResult(failed, { kind: 'delivered', status: 204 }, now);
    expect(delivered).toMatchObject({ status: 'delivered', attempts: 2, last_status: 204 });
    expect(delivered.last_error).toBeUndefined();
  });

  test('the last failure is final, and a long error is cut', () => {
    const result = { kind: 'failed', status: 500, error: 'x'.repeat(1_000), nextDelayMs: undefined } as const;
    const failed = applyResult(first, result, now);
    expect(failed).toMatchObject({ status: 'failed', last_status: 500 });
    expect(failed.last_error).toHaveLength(300);
  });

  test('a skipped one counts no attempt', () => {
    expect(applyResult(first, { kind: 'skipped' }, now)).toEqual({ ...first, status: 'skipped' });
  });
});

describe('receives', () => {
  const endpoint: WebhookEndpoint = {
    endpoint_id: 'ep',
    owner: 'u1',
    url: 'https://shop.example',
    scope: 'own',
    event_types: [],
    status: 'enabled',
    secrets: [{ secret: 's' }],
    created_at: '',
    updated_at: '',
  };
  const event: OrderEvent = createEvent('o1', 'completed');

  test.each<[string, Partial<WebhookEndpoint>, boolean]>([
    ['an order of the owner', {}, true],
    ['an order of another user', { owner: 'u2' }, false],
    ['every order with the scope all', { owner: 'u2', scope: 'all' }, true],
    ['a type that is listed', { event_types: ['order.completed'] }, true],
    ['a type that is not listed', { event_types: ['order.failed'] }, false],
    ['nothing while disabled', { status: 'disabled' }, false],
  ])('%s', (_, change, expected) => expect(receives({ ...endpoint, ...change }, event)).toBe(expected));
});

describe('addDelivery', () => {
  const completed = createEvent('o1', 'completed');
  const refunded = createEvent('o1', 'refunded');
  const second = { ...refunded, id: 'o1:refunded:r2', time: '2026-01-17T00:00:00.000Z' };
  const idsOf = (deliveries: ReturnType<typeof addDelivery>) => deliveries.map(({ event }) => event.id);
  const add = (events: readonly OrderEvent[], holdMs = REFUND_HOLD_MS) =>
    events.reduce<ReturnType<typeof addDelivery>>(
      (all, event, index) => addDelivery(all, event, now + index, holdMs),
      [],
    );

  test.each([
    [[completed, refunded, second]],
    [[refunded, completed, second]],
    [[second, refunded, completed]],
    [[refunded, second, completed]],
  ])('keeps the sequence of the events, and holds none back once the order is complete', (events) => {
    const all = add(events);
    expect(idsOf(all)).toEqual([completed.id, refunded.id, second.id]);
    expect(Math.max(...all.map(({ next_attempt_at }) => next_attempt_at))).toBeLessThanOrEqual(now + 2);
  });

  test('holds early refunds back for a while', () => {
    const due = add([second, refunded]).map(({ next_attempt_at }) => next_attempt_at);
    expect(due).toEqual([now + 1 + REFUND_HOLD_MS, now + REFUND_HOLD_MS]);
    expect(add([refunded], 0)[0]?.next_attempt_at).toBe(now);
  });

  test('puts nothing before what is delivered, and leaves the times of retries alone', () => {
    const [one] = add([refunded]);
    if (!one) throw new Error('no delivery');
    const delivered = { ...one, status: 'delivered' } as const;
    expect(idsOf(addDelivery([delivered], completed, now, 0))).toEqual([refunded.id, completed.id]);
    const retried = { ...one, attempts: 1, next_attempt_at: now + 5_000 };
    expect(addDelivery([retried], completed, now, 0)[1]).toEqual(retried);
  });
});
