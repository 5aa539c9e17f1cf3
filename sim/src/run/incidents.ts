/** Makes the incidents of a plan happen. */

import { createClient } from '@connectrpc/connect';
import { InventoryService } from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { ORDER_DLQ } from '@order-pipeline/contracts/queues';
import { draw } from '../kernel/random.js';
import type { Incident } from '../plan/plan.js';
import { orderIdOf } from '../processes/ids.js';
import { createSimLogger } from '../processes/logger.js';
import { SCORING } from '../processes/scoring.js';
import { createScoringClients } from '../processes/scoring-clients.js';
import {
  cancelOrder,
  chargeFailed,
  failOrder,
  operate,
  redriveAll,
  refund,
  resumeOrder,
} from './operators.js';
import type { SimSystem } from './system.js';

/** Schedules every incident of the plan, and the end of what lasts. */
export function scheduleIncidents(system: SimSystem): void {
  const { world } = system.cloud;
  for (const incident of system.plan.incidents)
    world.later(incident.at - world.now, () => happen(system, incident));
}

type Handlers = {
  readonly [K in Incident['kind']]: (system: SimSystem, incident: Incident & { kind: K }) => void;
};

const HANDLERS: Handlers = {
  crash: (system, { machine, downMs }) => system.crash(machine, downMs),
  terminate: (system, { machine }) => system.terminate(machine),
  pause: ({ cloud: { world } }, { machine, forMs }) => world.pause(world.machine(machine), forMs),
  clock: (system, { machine, offsetMs, driftMsPerSecond }) => {
    Object.assign(system.cloud.world.machine(machine).clock, { offsetMs, driftMsPerSecond });
    say(system, `the clock of ${machine} is ${Math.round(offsetMs)} ms off`);
  },
  'redis-flush': (system) => {
    system.cloud.redis.flush();
    say(system, 'Redis loses its data');
  },
  'redis-outage': (system, { forMs }) => takeDown(system, 'redis', forMs),
  'gateway-outage': (system, { forMs }) => takeDown(system, 'gateway', forMs),
  lapse: ({ cloud: { gateway, world } }, { id, share }) => {
    for (const key of gateway.open) if (draw(world.seed, `lapse/${id}/${key}`) < share) gateway.lapse(key);
  },
  'dead-letters-lost': loseDeadLetters,
  restock: (system, delivery) => {
    // Repeated until it is answered.
    operate(system, `restock-${delivery.id}`, () => restock(system, delivery));
  },
  redrive: (system, { id, crashAfterMs }) =>
    operate(system, `operator-${id}`, () => redriveAll(system), crashAfterMs),
  fail: (system, { id, client, crashAfterMs }) =>
    operate(system, `operator-${id}`, () => failOrder(system, id, client), crashAfterMs),
  cancel: (system, { id, client, crashAfterMs }) =>
    operate(system, `operator-${id}`, () => cancelOrder(system, id, client), crashAfterMs),
  resume: (system, { id, client, crashAfterMs }) =>
    operate(system, `operator-${id}`, () => resumeOrder(system, id, client), crashAfterMs),
  charge: (system, { id, terminals, crashAfterMs }) => {
    for (let terminal = 1; terminal <= terminals; terminal += 1)
      operate(system, `cashier-${id}-${terminal}`, () => chargeFailed(system, id, terminal), crashAfterMs);
  },
  refund: (system, incident) => {
    const { id, terminals, crashAfterMs } = incident;
    for (let terminal = 1; terminal <= terminals; terminal += 1)
      operate(system, `operator-${id}-${terminal}`, () => refund(system, incident), crashAfterMs);
  },
};

function happen(system: SimSystem, incident: Incident): void {
  (HANDLERS[incident.kind] as (system: SimSystem, incident: Incident) => void)(system, incident);
}

function say({ cloud: { world } }: SimSystem, text: string): void {
  world.trace.add(world.now, 'world', 'world', text);
}

function takeDown(system: SimSystem, what: 'redis' | 'gateway', forMs: number): void {
  const { world, [what]: service } = system.cloud;
  service.down = true;
  say(system, `${what} is down`);
  const up = () => {
    service.down = false;
    say(system, `${what} is up again`);
  };
  world.later(forMs, up);
}

function loseDeadLetters({ cloud }: SimSystem): void {
  const { world } = cloud;
  const queue = cloud.sqs.queue(ORDER_DLQ.name);
  for (const { id, body } of queue.messages) {
    const orderId = orderIdOf(body);
    // Only its message knows an order that was never claimed.
    if (
      orderId === undefined ||
      !cloud.database.table('orders').items.some(({ order_id }) => order_id === orderId)
    )
      continue;
    queue.drop(id);
    world.trace.add(world.now, 'world', ORDER_DLQ.name, `the dead letter of ${orderId} expires`);
  }
}

/** Maximum number of tries of an unanswered delivery. */
const RESTOCK_TRIES = 200;

async function restock(
  { cloud }: SimSystem,
  delivery: Incident & { readonly kind: 'restock' },
): Promise<void> {
  const { inventory } = createScoringClients(cloud, createSimLogger(cloud.world));
  const { sku, deliveryId, quantity } = delivery;
  for (let index = 0; index < RESTOCK_TRIES; index += 1) {
    try {
      await inventory.client.restock({ sku, deliveryId, quantity: BigInt(quantity) });
      return inventory.close();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 5_000));
    }
  }
}

/** Puts the first stock on the shelf, before any fault. */
export async function stockShelves({ cloud, plan }: SimSystem): Promise<void> {
  const inventory = createClient(InventoryService, cloud.rpc.transport(SCORING));
  for (const { sku, unitPrice, quantity } of plan.stock)
    await inventory.restock({
      sku,
      deliveryId: `first-${sku}`,
      quantity: BigInt(quantity),
      unitPrice: BigInt(unitPrice),
      currency: 'USD',
    });
}
