/** What goes wrong, and when: the same for the same seed. */
import { between, createRandom, type Random } from './random.js';

/** The parts that are killed. */
export const VICTIMS = ['order-processor', 'scoring', 'order-api'] as const;

/** A part that is killed. */
export type Victim = (typeof VICTIMS)[number];

/** What a proxy in front of SQS or DynamoDB does to a request. */
export const HTTP_FAULTS = ['error', 'throttle', 'latency', 'cut-before', 'cut-after'] as const;

/** What the proxy in front of scoring's gRPC port does to connections. */
export const TCP_FAULTS = ['latency', 'cut', 'refuse'] as const;

/** See HTTP_FAULTS. `cut-before`: the request is lost. `cut-after`: it took effect and its answer is lost. */
export type HttpFault = (typeof HTTP_FAULTS)[number];

/** See TCP_FAULTS. */
export type TcpFault = (typeof TCP_FAULTS)[number];

/** A proxy and what it does wrong. */
export type ProxyFault = `sqs:${HttpFault}` | `dynamodb:${HttpFault}` | `rpc:${TcpFault}`;

const PROXY_FAULTS: readonly ProxyFault[] = [
  ...HTTP_FAULTS.flatMap((fault) => [`sqs:${fault}`, `dynamodb:${fault}`] as const),
  ...TCP_FAULTS.map((fault) => `rpc:${fault}` as const),
];

/** What is done to single messages, all the time. */
export const MESSAGE_FAULTS = ['duplicate', 'reorder', 'expire'] as const;

/** Every kind of fault that a schedule of chaos has, as it is counted. */
export const CHAOS_KINDS = [
  ...VICTIMS.map((victim) => `kill:${victim}` as const),
  'stop:order-processor',
  'stop:scoring',
  'redis',
  ...MESSAGE_FAULTS,
  ...PROXY_FAULTS,
] as const;

/** A kind of fault. `outage`: scoring is stopped for long. */
export type FaultKind = (typeof CHAOS_KINDS)[number] | 'outage';

/** Something that is done to the system. Times in milliseconds, `atMs` from the first order on. */
export type ChaosEvent = { readonly atMs: number } & (
  | { readonly kind: 'kill'; readonly part: Victim }
  | { readonly kind: 'stop'; readonly part: 'order-processor' | 'scoring' }
  | { readonly kind: 'redis'; readonly forMs: number }
  | { readonly kind: 'outage'; readonly forMs: number }
  | FaultWindow
);

/** A time in which a proxy does something wrong. */
export interface FaultWindow {
  readonly kind: 'window';
  readonly fault: ProxyFault;
  readonly forMs: number;
  /** Which part of the requests it hits, in (0,1]. */
  readonly share: number;
  /** For faults of latency. */
  readonly latencyMs: number;
}

/** Kills in a run at least: each part twice. */
const KILLS_MIN = 2 * VICTIMS.length;

/** Together with the stops below, no part dies more often than the stack is willing to start it again in a minute. */
const KILL_EVERY_MS = 15_000;
const STOP_EVERY_MS = 60_000;
const ROUND_MS = 120_000;

/** The faults of a run whose traffic takes `durationMs`, in the order in which they begin. */
export function createSchedule(seed: number, durationMs: number): ChaosEvent[] {
  const random = createRandom(seed, 'schedule');
  const rounds = slots(durationMs, ROUND_MS, 1);
  return [
    ...slots(durationMs, KILL_EVERY_MS, KILLS_MIN).map(
      (slot, index): ChaosEvent => ({
        atMs: within(random, slot),
        kind: 'kill',
        part: VICTIMS[index % VICTIMS.length] ?? 'order-processor',
      }),
    ),
    ...slots(durationMs, STOP_EVERY_MS, 2).map(
      (slot, index): ChaosEvent => ({
        atMs: within(random, slot),
        kind: 'stop',
        part: index % 2 === 0 ? 'order-processor' : 'scoring',
      }),
    ),
    ...rounds.map((round): ChaosEvent => {
      const forMs = Math.min(5_000, round.lengthMs / 4);
      return { atMs: within(random, round, forMs), kind: 'redis', forMs };
    }),
    ...rounds.flatMap((round) => PROXY_FAULTS.map((fault) => createWindow(random, fault, round))),
  ].toSorted((a, b) => a.atMs - b.atMs);
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

/** A moment in the slot that leaves `forMs` of it. */
function within(random: Random, { fromMs, lengthMs }: Slot, forMs = 0): number {
  return Math.round(fromMs + random() * (lengthMs - forMs));
}

function createWindow(random: Random, fault: ProxyFault, round: Slot): ChaosEvent {
  const forMs = Math.round(Math.min(round.lengthMs / 4, between(random, 2_000, 4_000)));
  return {
    atMs: within(random, round, forMs),
    kind: 'window',
    fault,
    forMs,
    share: between(random, 0.15, 0.35),
    latencyMs: Math.round(fault === 'rpc:latency' ? between(random, 20, 100) : between(random, 50, 500)),
  };
}
