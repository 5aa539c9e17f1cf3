/** Variants of the process scenario: builds of the services, and the floor. */
import { freePort } from '@order-pipeline/local/redis-server';
import { type Backend, startBackend } from '../harness/backend.js';
import { type Build, THIS_BUILD } from '../harness/builds.js';
import { benchProgram, MeasuredProcess } from '../harness/measured-process.js';
import { untilListening } from '../harness/ready.js';
import { startServices } from '../harness/services.js';
import { enqueueOrders, stockItems, untilDrained } from '../load/orders.js';
import type { BenchOptions } from '../scenario.js';
import type { OrderCalls } from './floor/calls.js';

/** CPU time per order in microseconds, and orders a second. */
export interface ProcessSample {
  readonly processor: number;
  readonly scoring: number;
  readonly both: number;
  readonly ordersPerSecond: number;
}

/** Backlog that one sample drains. */
export interface Backlog {
  readonly orders: number;
  readonly lines: number;
  /** Share of the orders whose trace is recorded, where tracing is on; all by default. */
  readonly sampledShare?: number;
}

/** CPU time of the two processes since their start, in microseconds. */
export interface ProcessCpu {
  readonly processor: number;
  readonly scoring: number;
}

/** A variant's processes, which serve backlogs of every shape. */
export interface ProcessTarget {
  readonly name: string;
  drain(backlog: Backlog): Promise<ProcessSample>;
  cpu(): Promise<ProcessCpu>;
  stop(): Promise<void>;
}

/** Settings and options of node of a variant, on top of those that all have. */
export interface VariantSettings {
  readonly env?: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
}

/** Starts the processor and scoring of a build on a backend of their own. */
export async function startBuild(
  build: Build,
  { latency }: Pick<BenchOptions, 'latency'>,
  settings: VariantSettings = {},
): Promise<ProcessTarget> {
  const backend = await startBackend({ latency });
  const names = ['scoring', 'order-processor'] as const;
  const services = await startServices({ build, backend, names, ...settings });
  await stockItems(services.ports.scoring);
  const processor = services.processes.get('order-processor');
  const scoring = services.processes.get('scoring');
  if (!processor || !scoring) throw new Error('the services were not started');
  return {
    name: build.name,
    drain: (backlog) => drain(backend, { processor, scoring }, backlog),
    cpu: () => cpuOf({ processor, scoring }),
    stop: async () => {
      await services.stop();
      await backend.stop();
    },
  };
}

/** Starts the floor, which makes the recorded calls. */
export async function startFloor(
  recorded: Readonly<Record<string, OrderCalls>>,
  { latency }: BenchOptions,
): Promise<ProcessTarget> {
  const backend = await startBackend({ latency });
  const stocker = await startServices({ build: THIS_BUILD, backend, names: ['scoring'] });
  await stockItems(stocker.ports.scoring);
  await stocker.stop();
  const grpcPort = await freePort();
  const env = { ...backend.env, FLOOR_CALLS: JSON.stringify(recorded), GRPC_PORT: String(grpcPort) };
  const scoring = new MeasuredProcess({
    name: 'floor of scoring',
    program: benchProgram('process/floor/scoring.js'),
    env,
  });
  await untilListening([grpcPort]);
  const processor = new MeasuredProcess({
    name: 'floor of processor',
    program: benchProgram('process/floor/processor.js'),
    env,
  });
  return {
    name: 'floor',
    drain: (backlog) => drain(backend, { processor, scoring }, backlog),
    cpu: () => cpuOf({ processor, scoring }),
    stop: async () => {
      await processor.stop();
      await scoring.stop();
      await backend.stop();
    },
  };
}

interface Processes {
  readonly processor: MeasuredProcess;
  readonly scoring: MeasuredProcess;
}

async function cpuOf({ processor, scoring }: Processes): Promise<ProcessCpu> {
  return { processor: (await processor.usage()).cpuUs, scoring: (await scoring.usage()).cpuUs };
}

/** Fills the queue, waits until it is empty, and returns what an order of it took. */
async function drain(
  backend: Backend,
  processes: Processes,
  { orders, lines, sampledShare }: Backlog,
): Promise<ProcessSample> {
  const before = await cpuOf(processes);
  const startedAt = performance.now();
  await enqueueOrders(backend, orders, lines, sampledShare);
  await untilDrained(backend);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { ...toSample(before, await cpuOf(processes), orders), ordersPerSecond: orders / seconds };
}

/** Returns the CPU time per order between two readings. */
export function toSample(before: ProcessCpu, after: ProcessCpu, orders: number) {
  const processor = (after.processor - before.processor) / orders;
  const scoring = (after.scoring - before.scoring) / orders;
  return { processor, scoring, both: processor + scoring };
}
