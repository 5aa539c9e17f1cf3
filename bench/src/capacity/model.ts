/** Requirements of a rate of orders in AWS: tasks, requests, capacity, connections and cost. Arithmetic on {@link ORDER}. */
import { CHOICE, LIMIT, ORDER, PRICE } from './numbers.js';

/** Something that a load uses a part of. */
export interface Demand {
  readonly name: string;
  readonly needed: number;
  readonly limit: number;
  readonly unit: string;
  /** Remedy ahead of the limit. */
  readonly remedy: string;
}

/** Tasks of one vCPU. */
export interface Tasks {
  readonly api: number;
  readonly processor: number;
  readonly scoring: number;
}

/** Requirements of a rate. */
export interface Capacity {
  readonly ordersPerSecond: number;
  readonly tasks: Tasks;
  readonly demands: readonly Demand[];
  /** gRPC connections between processors and scoring. */
  readonly rpcConnections: number;
  readonly usdPerHour: Readonly<
    Record<'requests' | 'compute' | 'logs' | 'endpoints' | 'load-balancer' | 'Redis', number>
  >;
}

const MS = 1_000;
const HOUR = 3_600;
const MILLION = 1e6;
const GB = 1e9;

/** Returns what a rate takes. */
export function planCapacity(ordersPerSecond: number): Capacity {
  const tasks = {
    api: tasksFor(ordersPerSecond, ORDER.apiCpuMs.value),
    processor: Math.max(
      tasksFor(ordersPerSecond, ORDER.processorCpuMs.value),
      Math.ceil((ordersPerSecond * ORDER.secondsInFlight.value) / CHOICE.processorInFlight.value),
    ),
    scoring: tasksFor(ordersPerSecond, ORDER.scoringCpuMs.value),
  };
  return {
    ordersPerSecond,
    tasks,
    demands: toDemands(ordersPerSecond, tasks),
    rpcConnections: tasks.processor * tasks.scoring,
    usdPerHour: toCost(ordersPerSecond, tasks),
  };
}

function tasksFor(ordersPerSecond: number, cpuMs: number): number {
  return Math.max(
    CHOICE.minTasks.value,
    Math.ceil((ordersPerSecond * cpuMs) / MS / CHOICE.utilization.value),
  );
}

function toDemands(rate: number, tasks: Tasks): Demand[] {
  const writes = 'WRU/s';
  const table = rate * ORDER.ordersWriteUnits.value;
  return [
    {
      name: 'one new table without warm throughput',
      needed: table,
      limit: LIMIT.newTableWriteUnits.value,
      unit: writes,
      remedy: 'set warm throughput ahead of the load: tables double by themselves within 30 minutes',
    },
    {
      name: 'default quota of one table (orders)',
      needed: table,
      limit: LIMIT.tableWriteUnits.value,
      unit: writes,
      remedy: 'have the quota raised',
    },
    {
      name: 'one SKU in one shard, a tenth of all orders',
      needed: (rate / 10) * ORDER.inventoryWriteUnits.value,
      limit: LIMIT.partitionWriteUnits.value,
      unit: writes,
      remedy: 'spread the SKU over shards (ADR 38)',
    },
    {
      name: 'SQS messages in flight',
      needed: rate * ORDER.secondsInFlight.value,
      limit: LIMIT.sqsInFlight.value,
      unit: 'messages',
      remedy: 'a second queue; fewer orders in flight do while dependencies are fast',
    },
    {
      name: 'SNS topic',
      needed: rate,
      limit: LIMIT.snsMessages.value,
      unit: 'messages/s',
      remedy: 'have the quota raised; regions other than us-east-1 have 9,000 or less',
    },
    {
      name: 'one Redis shard',
      needed: rate * ORDER.redisCommands.value,
      limit: LIMIT.redisCommands.value,
      unit: 'commands/s',
      remedy: 'cluster mode: keys are those of single callers and orders',
    },
    {
      name: 'log calls, one a second for each task',
      needed: tasks.api + tasks.processor + tasks.scoring,
      limit: LIMIT.logCalls.value,
      unit: 'calls/s',
      remedy: 'have the quota raised',
    },
    {
      name: 'interface endpoint of SQS, in one zone',
      needed: (rate * ORDER.networkBytes.value) / CHOICE.zones.value,
      limit: LIMIT.endpointBytes.value,
      unit: 'bytes/s',
      remedy: 'more zones',
    },
  ];
}

function toCost(rate: number, { api, processor, scoring }: Tasks): Capacity['usdPerHour'] {
  const orders = (rate * HOUR) / MILLION;
  const { sqsRequests, snsRequests, readUnits, ordersWriteUnits, paymentsWriteUnits, inventoryWriteUnits } =
    ORDER;
  const writes = ordersWriteUnits.value + paymentsWriteUnits.value + inventoryWriteUnits.value;
  const perOrder =
    sqsRequests.value * PRICE.sqsMillion.value +
    snsRequests.value * PRICE.snsMillion.value +
    writes * PRICE.writeMillion.value +
    readUnits.value * PRICE.readMillion.value;
  const gbPerHour = (bytes: number) => (rate * HOUR * bytes) / GB;
  return {
    requests: orders * perOrder,
    compute: (api + processor + scoring) * (PRICE.vcpuHour.value + CHOICE.taskGb.value * PRICE.gbHour.value),
    logs: gbPerHour(ORDER.logBytes.value) * PRICE.logGb.value,
    endpoints:
      CHOICE.endpoints.value * CHOICE.zones.value * PRICE.endpointHour.value +
      gbPerHour(ORDER.networkBytes.value) * PRICE.endpointGb.value,
    'load-balancer': Math.max(1, gbPerHour(ORDER.clientBytes.value)) * PRICE.lcuHour.value,
    Redis:
      Math.max(2, 2 * Math.ceil((rate * ORDER.redisCommands.value) / LIMIT.redisCommands.value)) *
      PRICE.redisHour.value,
  };
}

/** Returns the demand that uses the largest part of its limit. */
export function findBottleneck({ demands }: Capacity): Demand {
  return demands.reduce((most, demand) => (partOf(demand) > partOf(most) ? demand : most));
}

/** Returns the part of the limit that is used; above 1 it is too much. */
export function partOf({ needed, limit }: Demand): number {
  return needed / limit;
}
