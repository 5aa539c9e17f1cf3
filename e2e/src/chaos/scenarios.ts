/** The runs that there are: everything at once, or one long outage. */
import { CHAOS_KINDS, type ChaosEvent, createSchedule, type FaultKind } from './schedule.js';

/** The plan of a run. */
export interface Scenario {
  /** Time over which orders are placed, in milliseconds. */
  readonly durationMs: number;
  readonly schedule: readonly ChaosEvent[];
  /** The faults that must have happened, for the run to mean anything. */
  readonly kinds: readonly FaultKind[];
  /** True when single messages are duplicated, delayed and made visible again. */
  readonly disturbsMessages: boolean;
  /** True when orders may pass through the dead-letter queue on their way. */
  readonly allowsDeadLetters: boolean;
}

/** Every kind of fault, at times that the seed decides. */
export function chaosScenario(seed: number, durationMs: number): Scenario {
  return {
    durationMs,
    schedule: createSchedule(seed, durationMs),
    kinds: CHAOS_KINDS,
    disturbsMessages: true,
    allowsDeadLetters: true,
  };
}

/** Traffic before and after the outage, in milliseconds. */
const LEAD_MS = 5_000;
const TAIL_MS = 10_000;

/** Every scoring process, or the payment provider, is stopped under traffic and started again. Nothing else goes wrong. */
export function outageScenario(kind: 'outage' | 'gateway-outage', outageMs: number): Scenario {
  return {
    durationMs: LEAD_MS + outageMs + TAIL_MS,
    schedule: [{ atMs: LEAD_MS, kind, forMs: outageMs }],
    kinds: [kind],
    disturbsMessages: false,
    allowsDeadLetters: false,
  };
}
