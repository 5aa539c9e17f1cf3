/** Everything that processes talk to, and the history that the oracle judges. */
import type { OrderEvent } from '@order-pipeline/contracts/order-events';
import { QUEUES } from '@order-pipeline/contracts/queues';
import { TABLES } from '@order-pipeline/contracts/tables';
import { createRandom } from '../kernel/random.js';
import type { World } from '../kernel/world.js';
import type { DeadLetterError, Decision } from '../oracle/history.js';
import type { Plan } from '../plan/plan.js';
import { SimDatabase } from './dynamo/database.js';
import { FaultInjector } from './fault-injector.js';
import { GatewayProvider } from './gateway.js';
import { Network } from './network.js';
import { SimRedis } from './redis/service.js';
import { RpcNetwork } from './rpc.js';
import { SimSqs } from './sqs/service.js';
import { TableWatch } from './watch.js';

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
  readonly watch: TableWatch;
  /** Alarms raised by services. */
  readonly alarms: string[];
  /** Decisions, and the attempt of the worker that wrote each. */
  readonly decisions: Decision[];
  /** First errors that workers wrote on dead letters. */
  readonly deadLetterErrors: DeadLetterError[];
}

/** Longest lag of an index, in milliseconds. */
const INDEX_LAG_MS = 2_000;

/** Creates the environment of a plan. `allowed` limits the faults of a shrunk run. */
export function createCloud(world: World, plan: Plan, allowed?: ReadonlySet<string>): Cloud {
  const faults = new FaultInjector(world, { windows: plan.windows, allowed });
  const network = new Network(world, faults);
  const lag = createRandom(world.seed, 'index-lag');
  const watch = new TableWatch({
    now: () => world.now,
    exactClocks: !plan.incidents.some(({ kind }) => kind === 'clock'),
  });
  const inFaultTime = () => world.now < plan.faultsEndMs;
  return {
    world,
    network,
    faults,
    database: new SimDatabase(TABLES, {
      now: () => world.now,
      later: (apply) => world.later(lag() * INDEX_LAG_MS, apply),
      limited: plan.partitionLimits,
      onWrite: (...write) => watch.onWrite(...write),
      onScan: (...page) => watch.onScan(...page),
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
    watch,
    alarms: [],
    decisions: [],
    deadLetterErrors: [],
  };
}
