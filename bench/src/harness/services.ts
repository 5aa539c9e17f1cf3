/** Services of a build on a backend, as real processes. */
import { freePort } from '@order-pipeline/local/redis-server';
import type { Backend } from './backend.js';
import { type Build, type ServiceName, serviceProgram } from './builds.js';
import { MeasuredProcess } from './measured-process.js';
import { untilReady } from './ready.js';

/** Secret of the access tokens; the load generator signs its own. */
export const JWT_KEY = { id: 'bench', secret: 'a-secret-of-the-benchmark-with-enough-bytes' };

/** Running services. */
export interface Services {
  readonly processes: ReadonlyMap<ServiceName, MeasuredProcess>;
  /** HTTP ports. */
  readonly ports: Readonly<Record<ServiceName, number>>;
  stop(): Promise<void>;
}

/** Options of {@link startServices}. */
export interface ServicesOptions {
  readonly build: Build;
  readonly backend: Backend;
  /** In the order in which they start. */
  readonly names: readonly ServiceName[];
  /** Settings on top of those that every service gets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Options of node. */
  readonly execArgv?: readonly string[];
}

/** Limits that no load of the benchmark reaches: counting costs the same. Scenarios that measure a limit set it. */
const WIDE_LIMITS = {
  MAX_EVENT_LOOP_LAG_MS: '60000',
  RATE_LIMIT: '100000000/minute',
  LOGIN_RATE_LIMIT: '100000000/minute',
  POLL_RATE_LIMIT: '100000000/minute',
  PUBLIC_RATE_LIMIT: '100000000/minute',
};

/** Starts the services and waits until they are ready. */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const { build, backend, names, env = {}, execArgv = [] } = options;
  const ports = {
    scoring: await freePort(),
    'order-processor': await freePort(),
    'order-api': await freePort(),
    webhooks: await freePort(),
  };
  const grpcPort = await freePort();
  const scoring = `http://127.0.0.1:${grpcPort}`;
  const processes = new Map<ServiceName, MeasuredProcess>();
  for (const name of names) {
    const settings = {
      STAGE: 'local',
      LOG_LEVEL: 'info',
      JWT_SECRET: `${JWT_KEY.id}:${JWT_KEY.secret}`,
      RECONCILE_INTERVAL_MS: '0',
      GRPC_PORT: String(grpcPort),
      INVENTORY_URL: scoring,
      FRAUD_URL: scoring,
      PAYMENT_URL: scoring,
      ...WIDE_LIMITS,
      ...backend.env,
      ...env,
      PORT: String(ports[name]),
    };
    const program = serviceProgram(build, name);
    processes.set(name, new MeasuredProcess({ name, program, env: settings, execArgv }));
    await untilReady(`http://127.0.0.1:${ports[name]}/ready`);
  }
  const stop = async () => {
    for (const process of [...processes.values()].toReversed()) await process.stop();
  };
  return { processes, ports, stop };
}
