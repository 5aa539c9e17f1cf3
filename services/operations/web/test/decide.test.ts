/** Decisions of pages without a browser: amounts, durations, versions of orders, filters, bars. */

import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect, test } from '@jest/globals';
import {
  AttemptSchema,
  BreakerState,
  OrderStatus,
  StepKind,
  WatchPipelineResponseSchema,
} from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { OrderBook } from '../src/api/order-book.ts';
import { formatMoney } from '../src/format/money.ts';
import { parseMoney } from '../src/format/parse-money.ts';
import { formatAge, formatDuration } from '../src/format/time.ts';
import { layOut } from '../src/pages/order/spans.ts';
import { matches, parseFilters, toSearch } from '../src/pages/orders/filters.ts';
import { findConcerns } from '../src/pages/overview/concerns.ts';
import { createOrder } from './fake/orders.ts';

test.each([
  [2_500n, 'USD', '$25.00'],
  [5, 'USD', '$0.05'],
  [-5n, 'USD', '-$0.05'],
  [2_500n, 'JPY', '¥2,500'],
  [1_234n, 'KWD', 'KWD 1.234'],
  [9_007_199_254_740_993n, 'USD', '$90,071,992,547,409.93'],
  [7n, 'not a code', '7 not a code'],
])('formats %s minor units of %s as %s', (amount, currency, text) => {
  expect(formatMoney(amount, currency, 'en').replaceAll('\u00a0', ' ')).toBe(text);
});

test.each([
  ['12.50', 'USD', 1_250n],
  ['12,5', 'USD', 1_250n],
  ['12', 'JPY', 12n],
  ['12.5', 'JPY', undefined],
  ['12.505', 'USD', undefined],
  ['-1', 'USD', undefined],
  ['', 'USD', undefined],
])('reads "%s" in %s as %s', (text, currency, amount) => {
  expect(parseMoney(text, currency)).toBe(amount);
});

test.each([
  [0, '0 ms'],
  [0.84, '840 µs'],
  [12.4, '12 ms'],
  [1_250, '1.25 s'],
  [12_500, '12.5 s'],
  [184_000, '3 min 4 s'],
])('formats %d ms as %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test.each([
  [-5_000, '0 s'],
  [59_999, '59 s'],
  [3_599_000, '59 min'],
  [86_399_000, '23 h'],
  [200_000_000, '2 d'],
])('formats an age of %d ms as %s', (milliseconds, text) => {
  expect(formatAge(milliseconds)).toBe(text);
});

test('keeps the version of an order that is further on, whatever arrives last', () => {
  const book = new OrderBook(10);
  const pending = createOrder(1, 0, { status: OrderStatus.PENDING, attempt: 0 });
  const final = createOrder(1, 0, { status: OrderStatus.COMPLETED, requestId: '', currency: '', amount: 0n });
  book.add([final]);
  book.add([pending]);
  expect(book.get(pending.orderId)).toMatchObject({
    status: OrderStatus.COMPLETED,
    requestId: 'request-1',
    currency: 'USD',
    amount: 2_500n,
  });
});

test('drops the oldest orders of a full book', () => {
  const book = new OrderBook(100);
  book.add(Array.from({ length: 101 }, (_, number) => createOrder(number, 0)));
  expect(book.size).toBe(90);
  expect(book.list().map(({ orderId }) => orderId)).toEqual(
    Array.from({ length: 90 }, (_, index) => createOrder(100 - index, 0).orderId),
  );
});

test('reads the filters that it writes, and ignores what it does not know', () => {
  const address = 'q=trace-1&status=PENDING,FAILED&reason=OUT_OF_STOCK&since=1h';
  expect(toSearch(parseFilters(new URLSearchParams(address)))).toBe(address);
  expect(toSearch(parseFilters(new URLSearchParams('status=LOST&since=toString&page=3')))).toBe('');
});

test.each([
  ['status=COMPLETED', true],
  ['status=PENDING,FAILED', false],
  ['reason=OUT_OF_STOCK', false],
  ['q=customer-1', true],
  ['q=customer', false],
  [`q=${'1'.padStart(32, '0')}`, true],
  ['since=15m', true],
  ['since=1h&status=FAILED', false],
])('shows a completed order of five minutes ago with %s: %s', (address, isShown) => {
  const order = createOrder(1, 0);
  expect(matches(order, parseFilters(new URLSearchParams(address)), 300_000)).toBe(isShown);
});

test('places steps that run side by side on the scale of their attempt', () => {
  const { totalMs, spans } = layOut(
    create(AttemptSchema, {
      number: 1,
      claimedAt: timestampFromMs(1_000),
      steps: [
        { kind: StepKind.CLAIMED, at: timestampFromMs(1_000) },
        { kind: StepKind.RESERVED, at: timestampFromMs(1_080), durationMs: 60 },
        { kind: StepKind.SCORED, at: timestampFromMs(1_060), durationMs: 40 },
        { kind: StepKind.DECIDED, at: timestampFromMs(1_200) },
      ],
    }),
  );
  expect(totalMs).toBe(200);
  expect(spans.map(({ from, length }) => [from, length])).toEqual([
    [0, 0],
    [0.1, 0.3],
    [0.1, 0.2],
    [1, 0],
  ]);
});

test('names what needs attention, and nothing while all is well', () => {
  expect(findConcerns(create(WatchPipelineResponseSchema, { oldestAgeSeconds: 2 }))).toEqual([]);
  const concerns = findConcerns(
    create(WatchPipelineResponseSchema, {
      services: [{ name: 'scoring', ready: false, problem: 'refuses connections' }],
      breakers: [
        { dependency: 'payment', instance: 'a', state: BreakerState.OPEN },
        { dependency: 'payment', instance: 'b', state: BreakerState.OPEN },
      ],
      deadLetters: 1,
      oldestAgeSeconds: 90,
    }),
  );
  expect(concerns.map(({ text }) => text)).toEqual([
    'scoring is not ready: refuses connections',
    'The circuit breaker of payment is open: processing pauses until payment answers',
    '1 dead letter to look at',
    'The oldest open order has waited for 1 min',
  ]);
});
