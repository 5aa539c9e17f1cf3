import { randomUUID } from 'node:crypto';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Client, Code, ConnectError, createClient, createRouterTransport } from '@connectrpc/connect';
import { beforeEach, describe, expect, it, test } from '@jest/globals';
import { InventoryService, ReserveOutcome } from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { type Clock, systemClock } from '@order-pipeline/platform/clock';
import { ConditionFailedError, StoreUnavailableError } from '@order-pipeline/platform/dynamo/errors';
import { Table } from '@order-pipeline/platform/dynamo/table';
import { createRegistry, type Registry } from '@order-pipeline/platform/metrics';
import { UnavailableError } from '../src/errors.js';
import { createInventory } from '../src/inventory/create.js';
import type { Shard } from '../src/inventory/decide.js';
import { createInventoryStore, INVENTORY } from './inventory-store.js';
import { codeOf, expectViolations, LATER, logger, newTryId, useStack } from './support.js';

const use = useStack();

function serve(clock: Clock = systemClock): { client: Client<typeof InventoryService>; registry: Registry } {
  const registry = createRegistry();
  const { rpc } = createInventory(
    { table: 'inventory' },
    { dynamo: use.dynamo, registry, logger, clock, newTryId },
  );
  const transport = createRouterTransport(({ service }) => service(rpc.service, rpc.implementation));
  return { client: createClient(InventoryService, transport), registry };
}

let client: Client<typeof InventoryService>;
beforeEach(() => {
  client = serve().client;
});

/** Adds a new item to the stock and returns its SKU. */
async function stock(quantity: number, unitPrice = 100): Promise<string> {
  const sku = randomUUID();
  await client.restock({
    sku,
    quantity: BigInt(quantity),
    unitPrice: BigInt(unitPrice),
    deliveryId: 'first',
  });
  return sku;
}

/** `available/held`. */
async function shelf(sku: string): Promise<string> {
  const { stock: item } = await client.getStock({ sku });
  return `${item?.available}/${item?.held}`;
}

type Lines = { sku: string; quantity: number }[];

function order(lines: Lines, orderId: string = randomUUID()) {
  const pieces = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  return { orderId, lines, amount: BigInt(100 * Math.max(1, pieces)), currency: 'USD', notAfter: LATER };
}

async function outcomeOf(call: ReturnType<typeof client.reserve>): Promise<string | undefined> {
  return ReserveOutcome[(await call).outcome];
}

/** Repeats a call that timed out on a busy machine, as the processor does. */
async function untilAnswered<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (tries === 20 || !(error instanceof ConnectError) || error.code !== Code.Unavailable) throw error;
    }
  }
}

describe('Reserve', () => {
  test('holds every line and answers the total', async () => {
    const [a, b] = [await stock(5), await stock(5)];
    const answer = await client.reserve(
      order([
        { sku: a, quantity: 2 },
        { sku: b, quantity: 5 },
      ]),
    );
    expect(answer).toMatchObject({ outcome: ReserveOutcome.RESERVED, sku: '', total: 700n });
    expect([await shelf(a), await shelf(b)]).toEqual(['3/2', '0/5']);
  });

  test('an order without lines holds nothing and is not priced', async () => {
    const answer = await client.reserve({ ...order([]), amount: 12_345n });
    expect(answer).toMatchObject({ outcome: ReserveOutcome.RESERVED, total: 0n });
  });

  test('200 concurrent buyers of the last 50 pieces never oversell', async () => {
    const sku = await stock(50);
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, () => {
        const request = order([{ sku, quantity: 1 }]);
        return untilAnswered(() => outcomeOf(client.reserve(request)));
      }),
    );
    expect(outcomes.filter((outcome) => outcome === 'RESERVED')).toHaveLength(50);
    expect(outcomes.filter((outcome) => outcome === 'OUT_OF_STOCK')).toHaveLength(150);
    expect(await shelf(sku)).toBe('0/50');
  });

  test('a granted order holds all its lines despite concurrent orders, and a release returns all pieces that it holds', async () => {
    const skus = await Promise.all([stock(9), stock(9), stock(9)]);
    const orders = Array.from({ length: 60 }, (_, index) => {
      const first = skus[index % 3] as string;
      const second = skus[(index + 1 + (index % 2)) % 3] as string;
      return order([
        { sku: first, quantity: 1 },
        { sku: second, quantity: 1 },
      ]);
    });
    const outcomes = await Promise.all(
      orders.map((one) => untilAnswered(() => outcomeOf(client.reserve(one)))),
    );
    const released = await Promise.all(orders.map((one) => untilAnswered(() => client.release(one))));
    released.forEach(({ releasedLines }, index) => {
      if (outcomes[index] === 'RESERVED') expect(releasedLines).toBe(2);
      else expect(releasedLines).toBeLessThan(2);
    });
    expect(outcomes).toContain('RESERVED');
    expect(outcomes).toContain('OUT_OF_STOCK');
    expect(await Promise.all(skus.map(shelf))).toEqual(['9/0', '9/0', '9/0']);
  });

  test('one of two orders for the same last pieces gets them', async () => {
    const [a, b] = [await stock(1), await stock(1)];
    const outcomes = await Promise.all([
      outcomeOf(
        client.reserve(
          order([
            { sku: a, quantity: 1 },
            { sku: b, quantity: 1 },
          ]),
        ),
      ),
      outcomeOf(
        client.reserve(
          order([
            { sku: b, quantity: 1 },
            { sku: a, quantity: 1 },
          ]),
        ),
      ),
    ]);
    expect(outcomes.toSorted()).toEqual(['OUT_OF_STOCK', 'RESERVED']);
  });

  test('asked twice, also at the same time, holds once', async () => {
    const [a, b] = [await stock(5), await stock(5)];
    const request = order([
      { sku: a, quantity: 2 },
      { sku: b, quantity: 1 },
    ]);
    const both = await Promise.all([outcomeOf(client.reserve(request)), outcomeOf(client.reserve(request))]);
    expect([...both, await outcomeOf(client.reserve(request))]).toEqual(['RESERVED', 'RESERVED', 'RESERVED']);
    expect([await shelf(a), await shelf(b)]).toEqual(['3/2', '4/1']);
  });

  test('names the line that is short, and what the order holds for a release', async () => {
    const [a, b] = [await stock(5), await stock(1)];
    const whole = order([
      { sku: a, quantity: 2 },
      { sku: b, quantity: 2 },
    ]);
    expect(await outcomeOf(client.reserve({ ...order([{ sku: a, quantity: 2 }], whole.orderId) }))).toBe(
      'RESERVED',
    );
    const answer = await client.reserve(whole);
    expect(answer).toMatchObject({
      outcome: ReserveOutcome.OUT_OF_STOCK,
      sku: b,
      total: 0n,
      holds: a < b ? [{ sku: a, quantity: 2 }] : [],
    });
    expect(await client.release(whole)).toMatchObject({ releasedLines: 1 });
    expect([await shelf(a), await shelf(b)]).toEqual(['5/0', '1/0']);
  });

  test('refuses an order whose lines have changed', async () => {
    const sku = await stock(5);
    const first = order([{ sku, quantity: 2 }]);
    await client.reserve(first);
    expect(await codeOf(client.reserve(order([{ sku, quantity: 3 }], first.orderId)))).toBe(
      'FailedPrecondition',
    );
    expect(await shelf(sku)).toBe('3/2');
  });

  test('checks the price list before it holds anything', async () => {
    const sku = await stock(5);
    const hat = randomUUID();
    const unknown = await client.reserve(
      order([
        { sku, quantity: 1 },
        { sku: hat, quantity: 1 },
      ]),
    );
    expect(unknown).toMatchObject({ outcome: ReserveOutcome.UNKNOWN_SKU, sku: hat, total: 0n });
    const mismatch = await client.reserve({ ...order([{ sku, quantity: 2 }]), amount: 199n });
    expect(mismatch).toMatchObject({ outcome: ReserveOutcome.AMOUNT_MISMATCH, sku: '', total: 200n });
    const foreign = await client.reserve({ ...order([{ sku, quantity: 2 }]), currency: 'EUR' });
    expect(foreign).toMatchObject({ outcome: ReserveOutcome.AMOUNT_MISMATCH, total: 0n });
    expect(await shelf(sku)).toBe('5/0');
  });

  test('writes nothing after not_after', async () => {
    const sku = await stock(5);
    const late = serve(() => 1_001).client;
    const request = { ...order([{ sku, quantity: 1 }]), notAfter: timestampFromMs(1_000) };
    expect(await codeOf(late.reserve(request))).toBe('FailedPrecondition');
    expect(await codeOf(late.reserve({ ...request, lines: [] }))).toBe('FailedPrecondition');
    expect(await shelf(sku)).toBe('5/0');
    expect(await outcomeOf(serve(() => 1_000).client.reserve(request))).toBe('RESERVED');
  });

  test('counts its answers', async () => {
    const sku = await stock(1);
    const { client: counted, registry } = serve();
    await counted.reserve(order([{ sku, quantity: 1 }]));
    await counted.reserve(order([{ sku, quantity: 1 }]));
    const metrics = await registry.metrics();
    expect(metrics).toContain('reservations_total{outcome="reserved"} 1');
    expect(metrics).toContain('reservations_total{outcome="out_of_stock"} 1');
  });
});

describe('Confirm and Release', () => {
  it.each([
    ['confirm', 'confirmedLines', '3/0'],
    ['release', 'releasedLines', '5/0'],
  ] as const)('%s settles a hold once, asked twice and at the same time', async (method, count, after) => {
    const sku = await stock(5);
    const request = order([{ sku, quantity: 2 }]);
    await client.reserve(request);
    const answers = await Promise.all([client[method](request), client[method](request)]);
    const again = await client[method](request);
    expect([...answers, again].map((answer) => (answer as never)[count]).toSorted()).toEqual([0, 0, 1]);
    expect(await shelf(sku)).toBe(after);
  });

  test('of a confirmation and a release at the same time one takes effect', async () => {
    const sku = await stock(5);
    const request = order([{ sku, quantity: 2 }]);
    await client.reserve(request);
    const [{ confirmedLines }, { releasedLines }] = await Promise.all([
      client.confirm(request),
      client.release(request),
    ]);
    expect(confirmedLines + releasedLines).toBe(1);
    expect(await shelf(sku)).toBe(confirmedLines === 1 ? '3/0' : '5/0');
  });

  test('leave other orders and unknown items alone', async () => {
    const sku = await stock(5);
    await client.reserve(order([{ sku, quantity: 2 }]));
    const stranger = order([
      { sku, quantity: 2 },
      { sku: randomUUID(), quantity: 1 },
    ]);
    expect(await client.confirm(stranger)).toMatchObject({ confirmedLines: 0 });
    expect(await client.release(stranger)).toMatchObject({ releasedLines: 0 });
    expect(await shelf(sku)).toBe('3/2');
  });
});

describe('calls of one order that meet', () => {
  test('a refused call returns nothing that another one counts on', async () => {
    const [a, b] = [await stock(2), await stock(0)].toSorted() as [string, string];
    await client.restock({ sku: a, quantity: 2n, deliveryId: 'more' });
    const { stock: second } = await client.getStock({ sku: b });
    const wanted = Number(second?.available) + 1;
    const request = order([
      { sku: a, quantity: 1 },
      { sku: b, quantity: wanted },
    ]);
    const refused = await client.reserve(request);
    expect(refused).toMatchObject({ outcome: ReserveOutcome.OUT_OF_STOCK, sku: b });
    await client.restock({ sku: b, quantity: 1n, deliveryId: 'again' });
    const granted = await client.reserve(request);
    expect(granted.outcome).toBe(ReserveOutcome.RESERVED);
    // The hold of the refused call is the one that the granted call counts on.
    expect(granted.holds.find(({ sku }) => sku === a)?.token).toBe(refused.holds[0]?.token);
    expect(await client.confirm({ ...request, holds: granted.holds })).toMatchObject({ confirmedLines: 2 });
  });

  test('a confirmation names what is not there, and returns another hold of the order to stock', async () => {
    const sku = await stock(5);
    const request = order([{ sku, quantity: 2 }]);
    const { holds } = await client.reserve(request);
    expect(await client.confirm({ ...request, holds })).toMatchObject({
      confirmedLines: 1,
      missingHolds: [],
    });
    // A write that takes effect late, with a token that no decision counts on.
    const late = await client.reserve(request);
    expect(await shelf(sku)).toBe('1/2');
    const again = await client.confirm({ ...request, holds });
    expect(again).toMatchObject({ confirmedLines: 0, missingHolds: holds, returnedHolds: late.holds });
    expect(await shelf(sku)).toBe('3/0');
    expect(await client.getStock({ sku })).toMatchObject({ stock: { sold: 2n } });
  });

  test('a release of one hold leaves the others', async () => {
    const sku = await stock(5);
    const request = order([{ sku, quantity: 2 }]);
    const { holds } = await client.reserve(request);
    const other = holds.map((hold) => ({ ...hold, token: '2:1.other' }));
    expect(await client.release({ ...request, holds: other })).toMatchObject({ releasedLines: 0 });
    expect(await shelf(sku)).toBe('3/2');
    expect(await client.release({ ...request, holds })).toMatchObject({ releasedLines: 1 });
    expect(await shelf(sku)).toBe('5/0');
  });
});

const createStore = (shards?: Table<Shard>) => createInventoryStore(use.dynamo, shards);

const ANY_CALL = { orderId: 'o', attempt: 1, tryId: 'a', permit: () => undefined };

describe('a store that cannot follow', () => {
  const line = { sku: 'mug', quantity: 1 };

  test('stops before the next line when its permit ends', async () => {
    const [a, b] = [await stock(5), await stock(5)].toSorted() as [string, string];
    const store = createStore();
    let asked = 0;
    const permit = () => {
      asked += 1;
      if (asked > 1) throw new Error('too late');
    };
    const lines = [
      { sku: b, quantity: 1 },
      { sku: a, quantity: 1 },
    ];
    const orderId = randomUUID();
    const call = { ...ANY_CALL, orderId, permit };
    await expect(store.hold(lines, new Map(), call)).rejects.toThrow('too late');
    expect([await shelf(a), await shelf(b)]).toEqual(['4/1', '5/0']);
    const holds = await store.holdsOf([a, b], orderId);
    expect(await store.release(orderId, holds)).toHaveLength(1);
  });

  test('stops retrying an item whose stock changes at each read', async () => {
    class Restless extends Table<Shard> {
      override async update(): Promise<void> {
        const current = { sku: 'mug', available: 9, holds: {}, sold: 0, transfer_seq: 0 };
        throw new ConditionFailedError(current);
      }
    }
    const store = createStore(new Restless(use.dynamo, INVENTORY));
    await expect(store.hold([line], new Map(), ANY_CALL)).rejects.toThrow(UnavailableError);
  });

  test('passes on that the table is unavailable', async () => {
    class Throttled extends Table<Shard> {
      override async update(): Promise<void> {
        throw new StoreUnavailableError('throttled');
      }
    }
    const store = createStore(new Throttled(use.dynamo, INVENTORY));
    const hold = { sku: 'mug', shard: 0, token: '1:1.a', quantity: 1 };
    await expect(store.confirm('o', [hold])).rejects.toThrow('throttled');
  });

  test('names an item that left the price list after the check', async () => {
    const sku = randomUUID();
    expect(await createStore().hold([{ sku, quantity: 1 }], new Map(), ANY_CALL)).toEqual({
      refused: { sku, outcome: 'gone' },
      holds: [],
    });
  });
});

describe('Restock and GetStock', () => {
  test('a delivery with a price creates the item, in USD unless it says otherwise', async () => {
    const [sku, tea] = [randomUUID(), randomUUID()];
    const { stock: created } = await client.restock({ sku, quantity: 3n, unitPrice: 250n, deliveryId: 'd1' });
    expect(created).toMatchObject({ sku, available: 3n, held: 0n, unitPrice: 250n, currency: 'USD' });
    await client.restock({ sku: tea, quantity: 0n, unitPrice: 400n, currency: 'EUR', deliveryId: 'd1' });
    const { stock: priced } = await client.restock({
      sku: tea,
      quantity: 1n,
      unitPrice: 500n,
      deliveryId: 'd2',
    });
    expect(priced).toMatchObject({ available: 1n, unitPrice: 500n, currency: 'EUR' });
  });

  test('a repeated delivery adds nothing, also at the same time', async () => {
    const sku = await stock(5);
    const delivery = { sku, quantity: 2n, deliveryId: 'd2' };
    await Promise.all([client.restock(delivery), client.restock(delivery)]);
    const { stock: item } = await client.restock(delivery);
    expect(item).toMatchObject({ available: 7n, unitPrice: 100n });
  });

  test('leaves holds alone', async () => {
    const sku = await stock(5);
    await client.reserve(order([{ sku, quantity: 2 }]));
    await client.restock({ sku, quantity: 1n, unitPrice: 90n, currency: 'EUR', deliveryId: 'd2' });
    expect(await client.getStock({ sku })).toMatchObject({
      stock: { available: 4n, held: 2n, unitPrice: 90n, currency: 'EUR' },
    });
  });

  test('an unknown SKU needs a price', async () => {
    expect(await codeOf(client.restock({ sku: randomUUID(), quantity: 1n, deliveryId: 'd' }))).toBe(
      'NotFound',
    );
    expect(await codeOf(client.getStock({ sku: randomUUID() }))).toBe('NotFound');
  });
});

describe('bad fields are named, all at once', () => {
  test('Reserve', async () => {
    await expectViolations(client.reserve({}), ['order_id', 'amount', 'currency', 'not_after']);
    await expectViolations(
      client.reserve({
        ...order([
          { sku: 'a', quantity: 0 },
          { sku: 'a', quantity: 1 },
          { sku: '', quantity: -1 },
        ]),
        orderId: 'x'.repeat(257),
        amount: -1n,
        currency: 'usd',
      }),
      [
        'order_id',
        'lines[0].quantity',
        'lines[1].sku',
        'lines[2].sku',
        'lines[2].quantity',
        'amount',
        'currency',
      ],
    );
    const many = Array.from({ length: 101 }, (_, index) => ({ sku: `s${index}`, quantity: 1 }));
    await expectViolations(client.reserve({ ...order(many), amount: 2n ** 53n }), ['lines', 'amount']);
  });

  test('Confirm, Release and GetStock', async () => {
    await expectViolations(client.confirm({ lines: [{ sku: '', quantity: 1 }] }), [
      'order_id',
      'lines[0].sku',
    ]);
    await expectViolations(client.release({}), ['order_id']);
    await expectViolations(client.getStock({}), ['sku']);
  });

  test('Restock', async () => {
    await expectViolations(client.restock({ quantity: -1n, currency: 'USD' }), [
      'sku',
      'quantity',
      'delivery_id',
      'currency',
    ]);
    const free = { sku: 'a', deliveryId: 'd', unitPrice: 0n, currency: 'dollar' };
    await expectViolations(client.restock(free), ['unit_price', 'currency']);
  });
});
