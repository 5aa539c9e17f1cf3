/** Settings of the processor that an operator may tune per stack. Unset ones keep the service's own default. */

/** A setting of a stack that becomes a variable of the processor: a whole number within bounds. */
export interface TuningSetting {
  /** Name in the stack's settings. */
  readonly key: string;
  /** Name in the processor's environment. */
  readonly variable: string;
  readonly min: number;
  readonly max: number;
}

/** Everything that can be tuned; the bounds are those of the processor's own configuration. */
export const PROCESSOR_TUNING: readonly TuningSetting[] = [
  { key: 'processorMaxInFlight', variable: 'MAX_IN_FLIGHT', min: 1, max: 1_000 },
  { key: 'processorLeaseMs', variable: 'LEASE_MS', min: 100, max: 43_200_000 },
  { key: 'processorLeaseMarginMs', variable: 'LEASE_MARGIN_MS', min: 0, max: 60_000 },
  { key: 'processorDeleteLingerMs', variable: 'DELETE_LINGER_MS', min: 0, max: 1_000 },
  { key: 'reconcileIntervalMs', variable: 'RECONCILE_INTERVAL_MS', min: 0, max: 86_400_000 },
  { key: 'reconcileAgeMs', variable: 'RECONCILE_AGE_MS', min: 1_000, max: 86_400_000 },
  { key: 'reconcileReadUnits', variable: 'RECONCILE_READ_UNITS', min: 1, max: 100_000 },
];

/** The settings that were given, by key. */
export type Tuning = Readonly<Record<string, number>>;

/** Something that the processor would refuse. */
export interface TuningProblem {
  readonly key: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Defaults of the processor that the rules below compare with. */
const LEASE_MS = 15_000;
const LEASE_MARGIN_MS = 5_000;
const RECONCILE_AGE_VISIBILITIES = 2;

/** Returns the rules between settings that `tuning` breaks; `visibilitySeconds` is the order queue's. */
export function findTuningProblems(tuning: Tuning, visibilitySeconds: number): TuningProblem[] {
  const leaseMs = tuning.processorLeaseMs ?? LEASE_MS;
  const marginMs = tuning.processorLeaseMarginMs ?? LEASE_MARGIN_MS;
  const visibilityMs = visibilitySeconds * 1_000;
  const minimumAgeMs = RECONCILE_AGE_VISIBILITIES * visibilityMs;
  const problems: TuningProblem[] = [];
  if (leaseMs > visibilityMs) {
    const remedy = `set at most ${visibilityMs}`;
    problems.push({ key: 'processorLeaseMs', problem: 'is longer than the queue hides a message', remedy });
  }
  if (marginMs >= leaseMs) {
    const remedy = `set less than processorLeaseMs, which is ${leaseMs}`;
    problems.push({ key: 'processorLeaseMarginMs', problem: 'leaves nothing of the lease', remedy });
  }
  if (tuning.reconcileAgeMs !== undefined && tuning.reconcileAgeMs < minimumAgeMs) {
    const remedy = `set at least ${minimumAgeMs}`;
    problems.push({ key: 'reconcileAgeMs', problem: 'is shorter than two visibility timeouts', remedy });
  }
  return problems;
}

/** The processor's variables for the settings that were given. */
export function toTuningEnvironment(tuning: Tuning): Record<string, string> {
  return Object.fromEntries(
    PROCESSOR_TUNING.flatMap(({ key, variable }) => {
      const value = tuning[key];
      return value === undefined ? [] : [[variable, String(value)]];
    }),
  );
}
