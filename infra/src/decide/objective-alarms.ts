/**
 * Burn-rate alarms of the two objectives, as observability/rules.yml has them: an error budget that is spent too fast over a
 * long window and over a short one, so that an alarm ends soon after the trouble does.
 */
import type { Alarm, Watched } from './alarm.ts';
import { type ObjectiveLine, objectiveLine } from './metrics.ts';

/** An alarm that is active while all of its members are. */
export interface CompositeAlarm {
  readonly name: string;
  readonly description: string;
  /** Section of the runbook. */
  readonly section: string;
  /** Names of the member alarms. */
  readonly members: readonly string[];
}

interface Objective {
  readonly name: 'acceptance' | 'decision';
  readonly section: string;
  /** Share of orders that may fail. */
  readonly budget: number;
  readonly bad: ObjectiveLine;
  readonly total: ObjectiveLine;
  readonly trouble: string;
}

const OBJECTIVES: readonly Objective[] = [
  {
    name: 'acceptance',
    section: 'objective-acceptance',
    budget: 0.001,
    bad: 'acceptance_bad',
    total: 'acceptance_total',
    trouble: 'orders sent fail or take longer than a second',
  },
  {
    name: 'decision',
    section: 'objective-decision',
    budget: 0.01,
    bad: 'decision_late',
    total: 'decision_total',
    trouble: 'orders wait for more than a minute for their decision',
  },
];

/** Speeds at which a budget is spent, with the windows in seconds. */
const SPEEDS = [
  { name: 'fast', rate: 14.4, long: 3_600, short: 300 },
  { name: 'slow', rate: 6, long: 21_600, short: 1_800 },
] as const;

/** Orders in the long window at least: a single failure in a quiet shop is no incident. */
const FLOOR = 50;

/** Returns the alarms on single windows; none of them notifies anybody. */
export function toWindowAlarms<T>({ accessLogNamespace: namespace }: Watched<T>): Alarm<T>[] {
  if (namespace === undefined) return [];
  return OBJECTIVES.flatMap(({ name, section, budget, bad, total, trouble }) =>
    SPEEDS.flatMap(({ name: speed, rate, long, short }) =>
      (['long', 'short'] as const).map((window) => ({
        name: `${name}-budget-${speed}-${window}`,
        section,
        description: `The error budget is spent ${rate} times too fast over the ${window} window: ${trouble}`,
        reading: {
          metrics: { bad: objectiveLine<T>(namespace, bad), total: objectiveLine<T>(namespace, total) },
          expression: `IF(FILL(total, 0) > ${window === 'long' ? FLOOR : 0}, FILL(bad, 0) / total, 0)`,
        },
        threshold: rate * budget,
        minutes: 1,
        periodSeconds: window === 'long' ? long : short,
        guardsDeployment: false,
        isMember: true,
      })),
    ),
  );
}

/** Returns the alarms that notify: both windows of a speed. */
export function toBudgetAlarms({ accessLogNamespace }: Watched<unknown>): CompositeAlarm[] {
  if (accessLogNamespace === undefined) return [];
  return OBJECTIVES.flatMap(({ name, section, trouble }) =>
    SPEEDS.map(({ name: speed, rate }) => ({
      name: `${name}-budget-${speed}`,
      section,
      description: `The error budget is spent ${rate} times too fast: ${trouble}`,
      members: ['long', 'short'].map((window) => `${name}-budget-${speed}-${window}`),
    })),
  );
}
