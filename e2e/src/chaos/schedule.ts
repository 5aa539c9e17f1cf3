/** Faults and their times: the same for the same seed. */
import { between, createRandom, type Random } from './random.js';

/** Parts of the system that run as several processes, or as one: the provider. */
export const VICTIMS = ['order-processor', 'scoring', 'order-api', 'webhooks', 'provider'] as const;

/** A part of the system. */
export type Victim = (typeof VICTIMS)[number];

/** Processes of each part. */
export const INSTANCES: Readonly<Record<Victim, number>> = {
  'order-processor': 2,
  scoring: 2,
  'order-api': 2,
  webhooks: 2,
  provider: 1,
};

/**
 * Faults of a proxy in front of an HTTP server. `cut-before`: the request is lost. `cut-after`: it took effect and its
 * answer is lost. `late`: it takes effect seconds after its caller has disconnected. `partial`: some entries of a batch
 * fail.
 */
export type HttpFault = 'error' | 'throttle' | 'latency' | 'cut-before' | 'cut-after' | 'late' | 'partial';

/** Faults of the proxies in front of scoring's gRPC ports: to connections, not to requests. */
export type TcpFault = 'latency' | 'cut' | 'refuse';

/** Faults of each proxy. */
const FAULTS = {
  sqs: ['error', 'throttle', 'latency', 'cut-before', 'cut-after', 'late', 'partial'],
  dynamodb: ['error', 'throttle', 'latency', 'cut-before', 'cut-after', 'late'],
  sns: ['error', 'latency', 'cut-before', 'cut-after'],
  provider: ['error', 'latency', 'cut-before', 'cut-after', 'late'],
  rpc: ['latency', 'cut', 'refuse'],
} as const satisfies Record<string, readonly (HttpFault | TcpFault)[]>;

/** A proxy. */
export type ProxyName = keyof typeof FAULTS;

/** A proxy and its fault. */
export type ProxyFault = { [P in ProxyName]: `${P}:${(typeof FAULTS)[P][number]}` }[ProxyName];

const PROXY_FAULTS = Object.entries(FAULTS).flatMap(([proxy, faults]) =>
  faults.map((fault) => `${proxy}:${fault}` as ProxyFault),
);

/** Faults of single messages, all the time. */
export const MESSAGE_FAULTS = ['duplicate', 'reorder', 'expire'] as const;

/** Parts that are stopped by SIGTERM, as deployments do. */
const STOPPED = ['order-processor', 'scoring'] as const;

/** Commands of operators that run during the faults. */
export const OPERATOR_COMMANDS = [
  'redrive',
  'fail',
  'resume',
  'refund',
  'reconcile',
  'dlq-fail',
  'restock',
  'reauthorize',
  'write-off',
] as const;

/** Every kind of fault that a schedule of chaos has, as it is counted. */
export const CHAOS_KINDS = [
  ...VICTIMS.map((victim) => `kill:${victim}` as const),
  ...VICTIMS.map((victim) => `pause:${victim}` as const),
  ...STOPPED.map((victim) => `stop:${victim}` as const),
  ...OPERATOR_COMMANDS.map((command) => `operator:${command}` as const),
  'redis',
  'lapse',
  ...MESSAGE_FAULTS,
  ...PROXY_FAULTS,
] as const;

/** A kind of fault. `outage` and `gateway-outage`: scoring or the provider is stopped for long. */
export type FaultKind = (typeof CHAOS_KINDS)[number] | 'outage' | 'gateway-outage';

/** A process: a part, and which of its processes, from 0. */
export interface Target {
  readonly part: Victim;
  readonly instance: number;
}

/** A fault at a time. Times in milliseconds, `atMs` from the first order on. */
export type ChaosEvent = { readonly atMs: number } & (
  | ({ readonly kind: 'kill' | 'stop' } & Target)
  | ({ readonly kind: 'pause'; readonly forMs: number } & Target)
  | { readonly kind: 'redis' | 'outage' | 'gateway-outage'; readonly forMs: number }
  | { readonly kind: 'lapse'; readonly forMs: number }
  | { readonly kind: 'operator'; readonly command: (typeof OPERATOR_COMMANDS)[number] }
  | FaultWindow
);

/** A time in which a proxy has a fault. */
export interface FaultWindow {
  readonly kind: 'window';
  readonly fault: ProxyFault;
  readonly forMs: number;
  /** Share of the requests that it hits, in (0,1]. */
  readonly share: number;
  /** Delay of latency and of late effects. */
  readonly latencyMs: number;
}

/** Intervals, in milliseconds. No process dies more often than the stack is willing to restart it. */
const EVERY = { kill: 12_000, pause: 15_000, stop: 60_000, operator: 6_000, round: 120_000 } as const;

/** Pauses are shorter and longer than a lease, in milliseconds. */
const PAUSE_MS = { min: 2_000, max: 9_000 } as const;

/** Faults begin in this share of the run, so that they meet traffic. */
const BUSY_SHARE = 0.9;

/** Creates the faults of a run whose traffic takes `durationMs`, in the order of their times. */
export function createSchedule(seed: number, durationMs: number): ChaosEvent[] {
  const random = createRandom(seed, 'schedule');
  const busyMs = durationMs * BUSY_SHARE;
  const rounds = slots(busyMs, EVERY.round, 1);
  return [
    ...slots(busyMs, EVERY.kill, VICTIMS.length).map(
      (slot, index): ChaosEvent => ({
        atMs: within(random, slot),
        kind: 'kill',
        ...targetAt(index),
      }),
    ),
    ...slots(busyMs, EVERY.pause, VICTIMS.length).map(
      (slot, index): ChaosEvent => ({
        atMs: within(random, slot),
        kind: 'pause',
        // The parts are paused in another order than they are killed.
        ...targetAt(index + 2),
        forMs: Math.round(between(random, PAUSE_MS.min, PAUSE_MS.max)),
      }),
    ),
    ...slots(busyMs, EVERY.stop, STOPPED.length).map(
      (slot, index): ChaosEvent => ({
        atMs: within(random, slot),
        kind: 'stop',
        part: STOPPED[index % STOPPED.length] ?? 'scoring',
        instance: Math.floor(index / STOPPED.length) % 2,
      }),
    ),
    ...slots(busyMs, EVERY.operator, OPERATOR_COMMANDS.length).map(
      (slot, index): ChaosEvent => ({
        atMs: within(random, slot),
        kind: 'operator',
        command: OPERATOR_COMMANDS[index % OPERATOR_COMMANDS.length] ?? 'redrive',
      }),
    ),
    ...rounds.map((round): ChaosEvent => {
      const forMs = Math.min(5_000, round.lengthMs / 4);
      return { atMs: within(random, round, forMs), kind: 'redis', forMs };
    }),
    ...rounds.map((round): ChaosEvent => {
      const forMs = Math.min(6_000, round.lengthMs / 4);
      return { atMs: within(random, round, forMs), kind: 'lapse', forMs };
    }),
    ...rounds.flatMap((round) => PROXY_FAULTS.map((fault) => createWindow(random, fault, round))),
  ].toSorted((a, b) => a.atMs - b.atMs);
}

/** Every process in turn: the first of each part, then the second. */
function targetAt(index: number): Target {
  const part = VICTIMS[index % VICTIMS.length] ?? 'scoring';
  return { part, instance: Math.floor(index / VICTIMS.length) % INSTANCES[part] };
}

interface Slot {
  readonly fromMs: number;
  readonly lengthMs: number;
}

/** Cuts the run into slots of about `everyMs`, at least `atLeast` of them. */
function slots(durationMs: number, everyMs: number, atLeast: number): Slot[] {
  const count = Math.max(atLeast, Math.floor(durationMs / everyMs));
  const lengthMs = durationMs / count;
  return Array.from({ length: count }, (_, index) => ({ fromMs: index * lengthMs, lengthMs }));
}

/** Returns a moment in the slot that leaves `forMs` of it. */
function within(random: Random, { fromMs, lengthMs }: Slot, forMs = 0): number {
  return Math.round(fromMs + random() * (lengthMs - forMs));
}

function createWindow(random: Random, fault: ProxyFault, round: Slot): ChaosEvent {
  const forMs = Math.round(Math.min(round.lengthMs / 4, between(random, 2_000, 4_000)));
  const [fromMs, toMs] = delayOf(fault);
  return {
    atMs: within(random, round, forMs),
    kind: 'window',
    fault,
    forMs,
    share: between(random, 0.15, 0.35),
    latencyMs: Math.round(between(random, fromMs, toMs)),
  };
}

/** Delays in milliseconds, from and to. Late effects are later than the time limits of DynamoDB and the provider. */
function delayOf(fault: ProxyFault): readonly [number, number] {
  if (fault.endsWith(':late')) return [1_500, 4_500];
  return fault === 'rpc:latency' ? [20, 100] : [50, 500];
}
