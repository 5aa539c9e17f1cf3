/** 100 customers want the last 30 pieces, workers die on the way, and messages arrive twice. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PlacedOrder } from '@order-pipeline/contracts/order-event';
import { type CrashPoint, ProtocolHarness } from './protocol-harness.js';
import { actionsOf, age, pass, placed } from './reconcile-harness.js';

let harness: ProtocolHarness;

beforeAll(async () => {
  harness = await ProtocolHarness.start();
});

afterAll(() => harness.stop());

const BUYERS = 100;
const PIECES = 30;

/** Workers at the same time. */
const WORKERS = 10;

/** Points at which every seventh worker dies. */
const CRASHES: readonly CrashPoint[] = [
  { step: 'reserve', when: 'after' },
  { step: 'authorize', when: 'after' },
  { step: 'decide', when: 'before' },
  { step: 'decide', when: 'after' },
  { step: 'capture', when: 'after' },
  { step: 'confirm', when: 'before' },
];

async function stock(): Promise<string> {
  const sku = randomUUID();
  const delivery = { sku, quantity: BigInt(PIECES), unitPrice: 100n, deliveryId: 'first' };
  await harness.scoring.inventory.client.restock(delivery);
  return sku;
}

function wish(sku: string, index: number): PlacedOrder {
  const quantity = 1 + (index % 2);
  return placed({ items: [{ sku, quantity }], amount: 100 * quantity });
}

/** Some messages arrive twice. Returns true when a delivery settled the order. */
async function deliver(order: PlacedOrder, times: number, crash?: CrashPoint): Promise<boolean> {
  const deliveries = Array.from({ length: times }, () => harness.deliver(order, crash));
  const outcomes = await Promise.allSettled(deliveries);
  return outcomes.some((outcome) => outcome.status === 'fulfilled' && outcome.value.kind === 'settled');
}

/** Workers take the orders one after the other. Returns those that were not settled. */
async function deliverAll(orders: readonly PlacedOrder[], dying: boolean): Promise<PlacedOrder[]> {
  const waiting = [...orders.entries()];
  const unfinished: PlacedOrder[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, order] = next;
      const crash = dying && index % 7 === 0 ? CRASHES[(index / 7) % CRASHES.length] : undefined;
      if (!(await deliver(order, index % 4 === 0 ? 2 : 1, crash))) unfinished.push(order);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return unfinished;
}

test('the last pieces of a hot item are sold once each', async () => {
  const sku = await stock();
  const orders = Array.from({ length: BUYERS }, (_, index) => wish(sku, index));
  let open = orders;
  for (let round = 0; open.length > 0; round += 1) {
    expect(round).toBeLessThan(20);
    open = await deliverAll(open, round === 0);
    harness.passLease();
  }
  age(harness);
  const { outcomes } = await pass(harness);
  let sold = 0;
  for (const [index, order] of orders.entries()) {
    const { status, reason, captures, holds } = await harness.traces(order);
    if (status === 'COMPLETED') sold += 1 + (index % 2);
    else expect([status, reason]).toEqual(['REJECTED', 'OUT_OF_STOCK']);
    expect(captures).toBe(status === 'COMPLETED' ? 1 : 0);
    expect(holds).toBe(0);
  }
  expect((await harness.traces(wish(sku, 0))).available).toBe(PIECES - sold);
  expect(sold).toBeLessThanOrEqual(PIECES);
  expect(sold).toBeGreaterThan(PIECES - 4);
  expect(orders.flatMap((order) => actionsOf(outcomes, order))).toEqual([]);
}, 180_000);
