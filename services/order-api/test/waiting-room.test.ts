/** Waiting clients with a scripted feed, records and clock. */

import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { OrderRecord, OrderStatus } from '@order-pipeline/contracts/orders';
import type { Response } from 'express';
import type { Order } from '../src/decide/view.js';
import { awaitFinal } from '../src/orders/await-final.js';
import { startEvents } from '../src/orders/send-events.js';
import { Slots } from '../src/orders/slots.js';
import { type Waiter, WaitingRoom } from '../src/orders/waiting-room.js';

let now: number;
let status: OrderStatus | undefined;
let reads: number;
let held: Promise<void> | undefined;
let seen: (string | Error)[];
let publish: (status: OrderStatus) => void;
let stops: number;
let live: boolean;
let stopping: AbortController;
let slots: Slots;
let room: WaitingRoom;

beforeEach(() => {
  jest.useFakeTimers();
  [now, status, reads, held, seen, stops, live] = [0, 'PENDING', 0, undefined, [], 0, true];
  stopping = new AbortController();
  slots = new Slots({ perProcess: 9, perOrder: 9, perUser: 2 });
  const listen = async (_: string, listener: (status: OrderStatus) => void) => {
    publish = listener;
    const stop = () => {
      stops += 1;
    };
    return { live, stop };
  };
  room = new WaitingRoom({ feed: { listen }, slots, stopping: stopping.signal, now: () => now });
});
afterEach(() => {
  jest.useRealTimers();
});

function enter(options: Partial<Waiter> = {}, quiet = true): () => void {
  return room.enter({
    orderId: 'o1',
    find: async () => {
      reads += 1;
      const found = status;
      await held;
      return found && ({ order_id: 'o1', user_id: 'u1', status: found, items: [] } as unknown as OrderRecord);
    },
    readEach: false,
    maxMs: 60_000,
    onOrder: (order: Order) => void seen.push(order.status),
    onEnd: () => void seen.push('end'),
    onError: (error) => void seen.push(error as Error),
    ...(quiet && { onQuiet: () => void seen.push('quiet') }),
    ...options,
  });
}

/** Advances the time, and runs everything that became due. */
async function pass(ms: number): Promise<void> {
  now += ms;
  await jest.advanceTimersByTimeAsync(250);
}

test('a client sees the order, each later status once, and the end', async () => {
  enter();
  await pass(0);
  for (const it of ['PENDING', 'PROCESSING', 'PROCESSING', 'PENDING'] as const) publish(it);
  expect(seen).toEqual(['PENDING', 'PROCESSING']);
  status = 'COMPLETED';
  publish('COMPLETED');
  await pass(0);
  expect(seen).toEqual(['PENDING', 'PROCESSING', 'COMPLETED', 'end']);
  expect([slots.taken, stops, jest.getTimerCount()]).toEqual([0, 1, 0]);
});

test('a client that reads each change reads again when a change arrives during a read', async () => {
  enter({ readEach: true });
  await pass(0);
  const reading = Promise.withResolvers<void>();
  held = reading.promise;
  publish('PROCESSING');
  publish('COMPLETED');
  status = 'COMPLETED';
  held = undefined;
  reading.resolve();
  await pass(0);
  expect(seen).toEqual(['PENDING', 'COMPLETED', 'end']);
  expect(reads).toBe(3);
});

test.each([
  [true, 10_000],
  [false, 2_000],
])('with Redis (%s) the order is read again after %i ms', async (withRedis, interval) => {
  live = withRedis;
  enter();
  await pass(0);
  await pass(interval - 1);
  expect(reads).toBe(1);
  await pass(1);
  expect(reads).toBe(2);
});

test('a quiet connection is kept open every 15 s, and the wait ends in time', async () => {
  enter();
  const silent = enter({}, false);
  await pass(0);
  await pass(15_000);
  expect(seen).toEqual(['PENDING', 'PENDING', 'quiet']);
  await pass(14_999);
  expect(seen).toHaveLength(3);
  silent();
  await pass(30_001);
  expect(seen.slice(3)).toEqual(['end']);
});

test('a client that leaves before it has listened hears nothing', async () => {
  const leave = enter();
  leave();
  leave();
  await pass(0);
  expect([seen, stops, slots.taken, reads]).toEqual([[], 1, 0, 0]);
});

test('a client that leaves during a read hears nothing', async () => {
  const reading = Promise.withResolvers<void>();
  held = reading.promise;
  const leave = enter();
  await pass(0);
  leave();
  reading.resolve();
  await pass(0);
  expect([seen, slots.taken]).toEqual([[], 0]);
});

test('a failed read ends the wait with its error, unless the client has left', async () => {
  const failure = new Error('the table is unavailable');
  enter({ find: () => Promise.reject(failure) });
  const leave = enter({
    find: async () => {
      leave();
      throw failure;
    },
  });
  await pass(0);
  expect([seen, slots.taken]).toEqual([[failure], 0]);
});

test('the limit of a user ends the wait with a problem', async () => {
  for (const orderId of ['o1', 'o2', 'o3']) {
    enter({ orderId });
    await pass(0);
  }
  const limit = { message: expect.stringContaining('orders of this user') };
  expect(seen).toEqual(['PENDING', 'PENDING', expect.objectContaining(limit)]);
  expect(slots.taken).toBe(2);
});

test('an order that is not claimed yet counts against no user', async () => {
  status = undefined;
  for (let n = 0; n < 3; n += 1) enter();
  await pass(0);
  expect(seen).toEqual(['PENDING', 'PENDING', 'PENDING']);
});

test('a stop ends the wait of clients that have seen their order; the others see it first', async () => {
  enter();
  await pass(0);
  const reading = Promise.withResolvers<void>();
  held = reading.promise;
  status = undefined;
  enter({ orderId: 'o2' });
  await pass(0);
  stopping.abort();
  expect(seen).toEqual(['PENDING', 'end']);
  reading.resolve();
  await pass(0);
  expect(seen).toEqual(['PENDING', 'end', 'PENDING', 'end']);
});

test('a client that left before its wait began keeps no place', async () => {
  const find = async () => {
    reads += 1;
    return undefined;
  };
  const own = { orderId: 'o1', find, readEach: false };
  // Its `close` event was emitted before: no other follows.
  const response = Object.assign(new EventEmitter(), { destroyed: true }) as unknown as Response;
  await awaitFinal(room, own, 60_000, response);
  await startEvents(room, own, undefined, response);
  expect([slots.taken, jest.getTimerCount(), reads]).toEqual([0, 0, 0]);
});
