/** One hot item, many buyers at once: in any sequence of calls and repeats, no piece is sold twice. */
import { randomUUID } from 'node:crypto';
import { type Client, Code, ConnectError, createClient, createRouterTransport } from '@connectrpc/connect';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { InventoryService, ReserveOutcome } from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { systemClock } from '@order-pipeline/platform/clock';
import { createRegistry } from '@order-pipeline/platform/metrics';
import fc from 'fast-check';
import { createInventory } from '../src/inventory/create.js';
import { LATER, logger, newTryId, useStack } from './support.js';

jest.setTimeout(180_000);

const use = useStack();
const PRICE = 100;
/** Calls that are in flight at the same time. */
const BUYERS = 200;

let client: Client<typeof InventoryService>;
beforeAll(() => {
  const tools = { dynamo: use.dynamo, registry: createRegistry(), logger, clock: systemClock, newTryId };
  const { rpc } = createInventory({ table: 'inventory' }, tools);
  const transport = createRouterTransport(({ service }) => service(rpc.service, rpc.implementation));
  client = createClient(InventoryService, transport);
});

async function stock(quantity: number): Promise<string> {
  const sku = randomUUID();
  const first = { sku, quantity: BigInt(quantity), unitPrice: BigInt(PRICE), deliveryId: 'first' };
  await client.restock(first);
  return sku;
}

async function shelf(sku: string): Promise<{ available: number; held: number }> {
  const { stock: item } = await answerTo(() => client.getStock({ sku }));
  return { available: Number(item?.available), held: Number(item?.held) };
}

/**
 * Repeats a call that could not connect, as the processor does: on a busy machine a burst of new connections may take
 * longer than the client waits.
 */
async function answerTo<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (tries === 60 || !(error instanceof ConnectError) || error.code !== Code.Unavailable) throw error;
    }
  }
}

/** One customer's order, and its result. */
class Buyer {
  readonly orderId = randomUUID();
  sold = 0;
  released = 0;

  readonly sku: string;
  readonly quantity: number;

  constructor(sku: string, quantity: number) {
    this.sku = sku;
    this.quantity = quantity;
  }

  get #lines() {
    return { orderId: this.orderId, lines: [{ sku: this.sku, quantity: this.quantity }] };
  }

  async reserve(): Promise<boolean> {
    const amount = BigInt(PRICE * this.quantity);
    const request = { ...this.#lines, amount, currency: 'USD', notAfter: LATER };
    const { outcome } = await answerTo(() => client.reserve(request));
    return outcome === ReserveOutcome.RESERVED;
  }

  async confirm(): Promise<void> {
    const { confirmedLines } = await answerTo(() => client.confirm(this.#lines));
    this.sold += this.quantity * confirmedLines;
  }

  async release(): Promise<void> {
    const { releasedLines } = await answerTo(() => client.release(this.#lines));
    this.released += releasedLines;
  }
}

const soldOf = (buyers: readonly Buyer[]) => buyers.reduce((sum, { sold }) => sum + sold, 0);

describe('many buyers at once', () => {
  test(`${BUYERS} who buy or walk away: what is gone was sold, and nothing stays held`, async () => {
    const sku = await stock(150);
    const buyers = Array.from({ length: BUYERS }, (_, index) => new Buyer(sku, 1 + (index % 3)));
    const reserved = await Promise.all(
      buyers.map(async (buyer, index) => {
        const granted = await buyer.reserve();
        if (index % 10 === 0) expect((await shelf(sku)).available).toBeGreaterThanOrEqual(0);
        // A refused order may hold parts of its line until it is released.
        await (granted && index % 2 === 0 ? buyer.confirm() : buyer.release());
        return granted;
      }),
    );
    expect(reserved).toContain(true);
    expect(await shelf(sku)).toEqual({ available: 150 - soldOf(buyers), held: 0 });
    buyers.forEach(({ sold, released, quantity }, index) => {
      expect(sold).toBe(reserved[index] && index % 2 === 0 ? quantity : 0);
      if (reserved[index]) expect(released).toBe(index % 2 === 1 ? 1 : 0);
    });
  });

  test('whose every call arrives twice: each is counted once', async () => {
    const sku = await stock(50);
    const buyers = Array.from({ length: BUYERS / 2 }, () => new Buyer(sku, 1));
    const twice = async (call: () => Promise<unknown>) => Promise.all([call(), call()]);
    const reserved = await Promise.all(buyers.map((buyer) => twice(() => buyer.reserve())));
    expect(await shelf(sku)).toEqual({ available: 0, held: 50 });
    // Of two responses to one buyer both hold, or neither: pieces are never returned here.
    expect(reserved.filter(([first]) => first)).toHaveLength(50);
    expect(reserved.every(([first, second]) => first === second)).toBe(true);
    await Promise.all(buyers.map((buyer) => twice(() => buyer.confirm())));
    expect(soldOf(buyers)).toBe(50);
    expect(await shelf(sku)).toEqual({ available: 0, held: 0 });
  });
});

test('in any interleaving of calls, repeats and deliveries, every piece is on the shelf, held, or sold', async () => {
  const call = fc.record({
    buyer: fc.nat(9),
    what: fc.constantFrom('reserve', 'reserve', 'confirm', 'release', 'restock'),
  });
  const scenario = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.array(call, { minLength: 15, maxLength: 40 }));
  await fc.assert(
    fc.asyncProperty(scenario, async ([most, calls]) => {
      const sku = await stock(5);
      const buyers = Array.from({ length: 10 }, (_, index) => new Buyer(sku, 1 + (index % most)));
      await Promise.all(
        calls.map(async ({ buyer, what }, index) => {
          if (what === 'restock') {
            const delivery = { sku, quantity: 1n, deliveryId: `d${index}` };
            await answerTo(() => client.restock(delivery));
          } else await buyers[buyer]?.[what]();
        }),
      );
      const { available, held } = await shelf(sku);
      const delivered = 5 + calls.filter(({ what }) => what === 'restock').length;
      expect(available).toBeGreaterThanOrEqual(0);
      expect(available + held + soldOf(buyers)).toBe(delivered);
      await Promise.all(buyers.map((buyer) => buyer.release()));
      expect(await shelf(sku)).toEqual({ available: delivered - soldOf(buyers), held: 0 });
    }),
    { numRuns: 8 },
  );
});
