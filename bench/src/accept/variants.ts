/** The servers that the accept scenario compares. */
import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { freePort } from '@order-pipeline/local/redis-server';
import { type Backend, startBackend } from '../harness/backend.js';
import { type Build, THIS_BUILD } from '../harness/builds.js';
import { benchProgram, MeasuredProcess } from '../harness/measured-process.js';
import { untilListening } from '../harness/ready.js';
import { startServices } from '../harness/services.js';
import { percentile } from '../harness/stats.js';
import { generateClosedLoad, generateOpenLoad } from '../load/generate.js';
import type { BenchOptions } from '../scenario.js';
import { prepareRequests, type RequestShape } from './requests.js';

/** Time in which a load at a fixed rate opens its connections, in milliseconds. */
const OPENING_MS = 1_000;

/** A closed-loop load. */
export interface AcceptLoad extends RequestShape {
  readonly connections: number;
  readonly requests: number;
}

/** CPU time of an accepted order in microseconds, throughput and latency. */
export interface AcceptSample {
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A running server. */
export interface AcceptTarget {
  readonly name: string;
  run(load: AcceptLoad): Promise<AcceptSample>;
  /** Sends requests at a fixed rate, of which the first second does not count. Returns the 99th percentile of the latency in milliseconds. */
  runAtRate(rate: number, seconds: number): Promise<number>;
  stop(): Promise<void>;
}

/** Starts the order API of a build on a backend of its own. */
export async function startApi(build: Build, { latency }: BenchOptions): Promise<AcceptTarget> {
  const backend = await startBackend({ latency });
  const services = await startServices({ build, backend, names: ['order-api'] });
  const process = services.processes.get('order-api');
  if (!process) throw new Error('order-api was not started');
  const name = build === THIS_BUILD ? 'order-api' : 'order-api, baseline build';
  const target = toTarget(name, process, services.ports['order-api'], async () => {
    await services.stop();
    await backend.stop();
  });
  // An emulator that holds a hundred thousand messages that nobody takes answers later than SQS.
  const purge = () => backend.sqs.send(new PurgeQueueCommand({ QueueUrl: backend.queueUrl }));
  return {
    ...target,
    run: async (load) => {
      await purge();
      return target.run(load);
    },
    runAtRate: async (rate, seconds) => {
      await purge();
      return target.runAtRate(rate, seconds);
    },
  };
}

/** Starts a bare server, on a backend where it needs one. */
export async function startBare(
  name: string,
  program: 'express' | 'http' | 'one-send' | 'slowed',
  { latency }: BenchOptions,
): Promise<AcceptTarget> {
  const backend: Backend | undefined = program === 'one-send' ? await startBackend({ latency }) : undefined;
  const port = await freePort();
  const env = { NODE_ENV: 'production', ...backend?.env, PORT: String(port) };
  const process = new MeasuredProcess({ name, program: benchProgram(`accept/servers/${program}.js`), env });
  await untilListening([port]);
  return toTarget(name, process, port, async () => {
    await process.stop();
    await backend?.stop();
  });
}

function toTarget(
  name: string,
  process: MeasuredProcess,
  port: number,
  stop: () => Promise<void>,
): AcceptTarget {
  return {
    name,
    stop,
    run: async ({ connections, requests, ...shape }) => {
      const nextRequest = prepareRequests(shape, requests);
      const before = await process.usage();
      const load = await generateClosedLoad({ port, connections, requests, nextRequest });
      const after = await process.usage();
      if (load.completed < requests)
        throw new Error(`${name} did not accept all orders: ${JSON.stringify(load.unexpected)}`);
      return {
        cpuUs: (after.cpuUs - before.cpuUs) / load.completed,
        perSecond: load.completed / (load.elapsedMs / 1_000),
        p50Ms: percentile(load.latenciesMs, 0.5),
        p99Ms: percentile(load.latenciesMs, 0.99),
      };
    },
    runAtRate: async (rate, seconds) => {
      const nextRequest = prepareRequests({ tokens: 'warm', keys: false }, 0);
      const load = await generateOpenLoad({ port, rate, seconds, nextRequest, warmUpMs: OPENING_MS });
      return percentile(load.latenciesMs, 0.99);
    },
  };
}
