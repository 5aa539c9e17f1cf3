/** Bodies that lead to an outcome, and the verdict over records that a test writes. */
import { describe, expect, test } from '@jest/globals';
import { Outcome } from '@order-pipeline/contracts/gen/operations/v1/local_lab_pb';
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { StackFaults } from '../src/lab/faults.js';
import { pickOutcome, toLabOrder } from '../src/lab/outcomes.js';
import { Judge, type LedgerCharge } from '../src/lab/verdict.js';
import type { StockOfSku } from '../src/operator/stock.js';

const MUG = { sku: 'MUG-01', unitPrice: 1_250, currency: 'USD', available: 7 };
const RARE = { sku: 'RARE-01', unitPrice: 90, currency: 'EUR', available: 0 };

describe('orders', () => {
  test.each([
    [Outcome.COMPLETED, [MUG, RARE], { amount: 1_250, items: [{ sku: 'MUG-01', quantity: 1 }] }],
    [Outcome.COMPLETED, [], { amount: 999, currency: 'USD', items: [] }],
    [
      Outcome.OUT_OF_STOCK,
      [MUG, RARE],
      { amount: 90, currency: 'EUR', items: [{ sku: 'RARE-01', quantity: 1 }] },
    ],
    [
      Outcome.OUT_OF_STOCK,
      [{ ...MUG, available: 5_000 }],
      { amount: 1_250_000, items: [{ sku: 'MUG-01', quantity: 1_000 }] },
    ],
    [Outcome.OUT_OF_STOCK, [], { amount: 999, items: [] }],
    [Outcome.AMOUNT_MISMATCH, [MUG], { amount: 1_251 }],
    [Outcome.UNKNOWN_SKU, [MUG], { items: [{ sku: 'NO-SUCH-SKU', quantity: 1 }] }],
  ])('for the outcome %d with the stock %j', (outcome, items, order) => {
    expect(toLabOrder(outcome, items, 'u1')).toMatchObject({ user_id: 'u1', ...order });
  });

  test('a mix has every outcome by its weight', () => {
    const picked = Array.from({ length: 100 }, (_, n) => pickOutcome(Outcome.MIXED, (n + 0.5) / 100));
    expect(picked.filter((outcome) => outcome === Outcome.COMPLETED)).toHaveLength(70);
    expect(new Set(picked).size).toBe(8);
    expect(pickOutcome(Outcome.MIXED, 1)).toBe(Outcome.COMPLETED);
    expect(pickOutcome(Outcome.CANCELLED, 0)).toBe(Outcome.CANCELLED);
  });
});

const NOW = Date.parse('2026-01-15T10:00:00.000Z');

function record(order_id: string, status: OrderRecord['status'], ageMs = 30_000): OrderRecord {
  const updated_at = new Date(NOW - ageMs).toISOString();
  const order = { user_id: 'u1', amount: 999, currency: 'USD', items: [], created_at: updated_at };
  return { order_id, status, ...order, updated_at, attempt: 1, claim_id: 'c', lease_until: 0 };
}

function stockOf(available: number, sold: number): StockOfSku {
  return { sku: 'MUG-01', available, held: 0, sold, unitPrice: 1_250, currency: 'USD' } as StockOfSku;
}

function judgeOf(state: {
  readonly ids: readonly string[];
  readonly records?: readonly OrderRecord[];
  readonly charges?: readonly LedgerCharge[];
  readonly dead?: readonly string[];
  readonly idle?: boolean;
  stock?: readonly StockOfSku[];
  now?: number;
}) {
  return new Judge({
    orders: () => new Set(state.ids),
    readRecords: async (ids) => (state.records ?? []).filter(({ order_id }) => ids.includes(order_id)),
    readCharges: async (ids) => (state.charges ?? []).filter(({ order_id }) => ids.includes(order_id)),
    readStock: async () => state.stock ?? [],
    isIdle: async () => state.idle ?? true,
    readDeadLetters: async () => new Set(state.dead ?? []),
    clock: () => state.now ?? NOW,
  });
}

describe('the verdict', () => {
  test('counts what is final, open and dead', async () => {
    const records = [record('o1', 'COMPLETED'), record('o2', 'REJECTED'), record('o3', 'PROCESSING')];
    const charges = [{ order_id: 'o1', amount: 999, capture_count: 1 }];
    const judge = judgeOf({ ids: ['o1', 'o2', 'o3', 'o4'], records, charges, dead: ['o4'] });
    const { statuses, ...verdict } = await judge.judge();
    expect(verdict).toEqual({ at: NOW, accepted: 4, final: 2, open: 1, deadLetters: 1, findings: [] });
    expect([...statuses]).toEqual([
      ['COMPLETED', 1],
      ['REJECTED', 1],
    ]);
  });

  test.each([
    ['a second charge', [{ order_id: 'o1', amount: 999, capture_count: 2 }], 30_000, 1],
    ['a charge that never came', [], 30_000, 1],
    ['a charge that is under way', [], 5_000, 0],
  ])('of %s', async (_, charges, ageMs, findings) => {
    const judge = judgeOf({ ids: ['o1'], records: [record('o1', 'COMPLETED', ageMs)], charges });
    expect((await judge.judge()).findings).toHaveLength(findings);
  });

  test('reads the charge of an order that ended while nobody watched', async () => {
    const charges = [{ order_id: 'o1', amount: 999, capture_count: 1 }];
    const judge = judgeOf({ ids: ['o1'], records: [record('o1', 'COMPLETED', 3_600_000)], charges });
    expect((await judge.judge()).findings).toEqual([]);
  });

  test('withdraws a finding when the charge comes late', async () => {
    const charges: LedgerCharge[] = [];
    const judge = judgeOf({ ids: ['o1'], records: [record('o1', 'COMPLETED', 3_600_000)], charges });
    expect((await judge.judge()).findings).toHaveLength(1);
    charges.push({ order_id: 'o1', amount: 999, capture_count: 1 });
    expect((await judge.judge()).findings).toEqual([]);
  });

  test('calls an order lost once the pipeline has been idle for 15 seconds', async () => {
    const state = { ids: ['o1'], now: NOW };
    const judge = judgeOf(state);
    expect(await judge.judge()).toMatchObject({ open: 1, findings: [] });
    state.now += 15_000;
    expect(await judge.judge()).toMatchObject({ open: 0, findings: [{ kind: 'lost', subject: 'o1' }] });
  });

  test('waits while something is under way', async () => {
    const state = { ids: ['o1'], idle: false, now: NOW };
    const judge = judgeOf(state);
    await judge.judge();
    state.now += 60_000;
    expect(await judge.judge()).toMatchObject({ open: 1, findings: [] });
  });

  test('finds missing pieces when they are missing twice, and starts over after a restock', async () => {
    const state = { ids: [], stock: [stockOf(10, 0)] };
    const judge = judgeOf(state);
    expect((await judge.judge()).findings).toEqual([]);
    state.stock = [stockOf(7, 2)];
    expect((await judge.judge()).findings).toEqual([]);
    expect((await judge.judge()).findings).toMatchObject([{ subject: 'MUG-01' }]);
    state.stock = [stockOf(20, 2)];
    expect((await judge.judge()).findings).toEqual([]);
  });
});

test('without a local stack there are no faults, and none can be injected', async () => {
  const faults = new StackFaults({ apiUrl: 'http://127.0.0.1:1', controlUrl: undefined, controlToken: '' });
  expect(await faults.list()).toEqual([]);
  await expect(faults.inject('stop-redis', 1_000, false)).rejects.toThrow('not started by npm start');
  const away = new StackFaults({ apiUrl: '', controlUrl: 'http://127.0.0.1:1', controlToken: '' });
  await expect(away.list()).rejects.toThrow('the local stack does not answer');
});
