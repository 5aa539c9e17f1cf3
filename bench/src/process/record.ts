/** Records the AWS calls of one order of each shape. */
import { startBackend } from '../harness/backend.js';
import type { Build } from '../harness/builds.js';
import { startServices } from '../harness/services.js';
import { enqueueOrders, stockItems, untilDrained } from '../load/orders.js';
import { type OrderCalls, toOrderCalls } from './floor/calls.js';

/** Returns the calls of one order for each number of lines. */
export async function recordOrders(
  build: Build,
  shapes: readonly number[],
): Promise<Record<string, OrderCalls>> {
  const backend = await startBackend({ counted: true });
  const services = await startServices({ build, backend, names: ['scoring', 'order-processor'] });
  const recorded: Record<string, OrderCalls> = {};
  try {
    await stockItems(services.ports.scoring);
    for (const lines of shapes) {
      // Fill the caches: cached calls are not part of every order.
      await enqueueOrders(backend, 1, lines);
      await untilDrained(backend);
      let id = '';
      const calls = await backend.proxy?.record(async () => {
        [id = ''] = await enqueueOrders(backend, 1, lines);
        await untilDrained(backend);
      });
      recorded[lines] = toOrderCalls(id, calls ?? []);
    }
    return recorded;
  } finally {
    await services.stop();
    await backend.stop();
  }
}
