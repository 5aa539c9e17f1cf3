/** Everything that processes talk to, and the history that the oracle judges. */
import type { OrderEvent } from '@order-pipeline/contracts/order-events';
import { QUEUES } from '@order-pipeline/contracts/queues';
import { TABLES } from '@order-pipeline/contracts/tables';
import { createRandom } from '../kernel/random.js';
import { EPOCH_MS, type World } from '../kernel/world.js';
import type { Decision } from '../oracle/history.js';
import type { Plan } from '../plan/plan.js';
import { SimDatabase } from './dynamo/database.js';
import type { Item } from './dynamo/values.js';
import { FaultInjector } from './fault-injector.js';
import { GatewayProvider } from './gateway.js';
import { Network } from './network.js';
import { SimRedis } from './redis/service.js';
import { RpcNetwork } from './rpc.js';
import { SimSqs } from './sqs/service.js';

/** The simulated environment. */
export interface Cloud {
  readonly world: World;
  readonly network: Network;
  readonly faults: FaultInjector;
  readonly database: SimDatabase;
  readonly sqs: SimSqs;
  readonly redis: SimRedis;
  readonly gateway: GatewayProvider;
  readonly rpc: RpcNetwork;
  /** Events that the topic has taken. */
  readonly published: OrderEvent[];
  /** The fewest pieces of a stock item that were ever available, by its key. */
  readonly lowestStock: Map<string, number>;
  /** What services raised an alarm about. */
  readonly alarms: string[];
  /** Decisions, and the attempt of the worker that wrote each. */
  readonly decisions: Decision[];
  /** Orders that somebody took from a worker whose lease lasted. */
  readonly brokenLeases: string[];
  /** When each order's record was first written, in virtual milliseconds. */
  readonly claimedAt: Map<string, number>;
}

/** Longest lag of an index, in milliseconds. */
const INDEX_LAG_MS = 2_000;

/** Creates the environment of a plan. `allowed` limits the faults of a shrunk run. */
export function createCloud(world: World, plan: Plan, allowed?: ReadonlySet<string>): Cloud {
  const faults = new FaultInjector(world, { windows: plan.windows, allowed });
  const network = new Network(world, faults);
  const lag = createRandom(world.seed, 'index-lag');
  const lowestStock = new Map<string, number>();
  const claimedAt = new Map<string, number>();
  const brokenLeases: string[] = [];
  const exactClocks = !plan.incidents.some(({ kind }) => kind === 'clock');
  const inFaultTime = () => world.now < plan.faultsEndMs;
  return {
    world,
    network,
    faults,
    database: new SimDatabase(TABLES, {
      now: () => world.now,
      later: (apply) => world.later(lag() * INDEX_LAG_MS, apply),
      limited: plan.partitionLimits,
      onWrite: (table, key, before, after) => {
        if (table === 'orders' && !before) claimedAt.set(key, world.now);
        if (table === 'orders' && breaksLease(before, after, world.now, exactClocks)) brokenLeases.push(key);
        const available = after?.available;
        if (table !== 'inventory' || typeof available !== 'number') return;
        lowestStock.set(key, Math.min(available, lowestStock.get(key) ?? available));
      },
    }),
    sqs: new SimSqs({
      world,
      shapes: QUEUES,
      faults: () => (inFaultTime() ? plan.queueFaults : { notHidden: 0, undeleted: 0 }),
      allows: (fault) => {
        if (allowed && !allowed.has(fault)) return false;
        faults.fired.push(fault);
        return true;
      },
    }),
    redis: new SimRedis(() => world.now),
    gateway: new GatewayProvider(world),
    rpc: new RpcNetwork(world, network),
    published: [],
    lowestStock,
    alarms: [],
    decisions: [],
    brokenLeases,
    claimedAt,
  };
}

/** Nobody claims or fails an order that a worker holds. A worker whose clock is off may think that it does not. */
function breaksLease(
  before: Item | undefined,
  after: Item | undefined,
  now: number,
  exactClocks: boolean,
): boolean {
  if (before?.status !== 'PROCESSING' || Number(before.lease_until) < EPOCH_MS + now) return false;
  const isClaim = after?.attempt !== before.attempt && after?.claim_id !== before.claim_id;
  return after?.status === 'FAILED' || (isClaim && exactClocks);
}
