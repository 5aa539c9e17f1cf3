/** The command line of the harness. */
import { parseArgs } from 'node:util';
import { isMutationName, MUTATIONS, type MutationName } from './mutations/mutations.js';
import { chaosScenario, outageScenario, type Scenario } from './scenarios.js';

/** Options of the command. */
export interface ChaosOptions {
  readonly seed: number;
  readonly orders: number;
  readonly scenario: Scenario;
  readonly mutation: MutationName | undefined;
  /** File for the report as JSON. */
  readonly reportFile: string | undefined;
}

/** The command line is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Help text. */
export const USAGE = `usage: npm run chaos -- [--seed N] [--orders N] [--minutes N] [--mutation ${Object.keys(MUTATIONS).join('|')}]
                        [--scenario chaos|outage] [--seconds N] [--outage-minutes N] [--report FILE]

  --seed N       decides orders and faults (default 1)
  --orders N     how many orders (default 300)
  --minutes N    how long they are placed (default: 8 orders a second, 30 seconds at least)
  --mutation M   runs the services with a defect; the run must fail
  --scenario S   chaos: every kind of fault (default); outage: scoring is stopped for --seconds (default 60)
  --outage-minutes N  the payment provider is stopped for N minutes, and nothing else goes wrong
  --report FILE  writes the report as JSON`;

const ORDERS_PER_SECOND = 8;
const ORDERS_PER_SECOND_MAX = 50;
const DURATION_MIN_MS = 30_000;

/** Reads the arguments. Throws UsageError. */
export function parseOptions(args: readonly string[]): ChaosOptions {
  const values = parse(args);
  const seed = toNumber('seed', values.seed, 0, Number.MAX_SAFE_INTEGER);
  const orders = toNumber('orders', values.orders, 1, 100_000);
  const scenario = toScenario(values, seed, orders);
  const { mutation } = values;
  if (mutation !== undefined && !isMutationName(mutation))
    throw new UsageError(`--mutation ${mutation}: there are ${Object.keys(MUTATIONS).join(', ')}`);
  const rate = orders / (scenario.durationMs / 1_000);
  if (rate > ORDERS_PER_SECOND_MAX)
    throw new UsageError(
      `${orders} orders in ${scenario.durationMs / 1_000} s are more than ${ORDERS_PER_SECOND_MAX} a second`,
    );
  return { seed, orders, scenario, mutation, reportFile: values.report };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { ...text, default: '1' },
        orders: { ...text, default: '300' },
        minutes: text,
        mutation: text,
        scenario: { ...text, default: 'chaos' },
        seconds: text,
        'outage-minutes': text,
        report: text,
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function toScenario(values: ReturnType<typeof parse>, seed: number, orders: number): Scenario {
  const { scenario, minutes, seconds, 'outage-minutes': outageMinutes } = values;
  if (outageMinutes !== undefined) {
    if (minutes !== undefined || seconds !== undefined)
      throw new UsageError('--outage-minutes goes with neither --minutes nor --seconds');
    return outageScenario(
      'gateway-outage',
      60_000 * toNumber('outage-minutes', outageMinutes, 0.1, 240, false),
    );
  }
  if (scenario === 'outage') {
    if (minutes !== undefined) throw new UsageError('--minutes is for --scenario chaos; use --seconds');
    return outageScenario('outage', 1_000 * toNumber('seconds', seconds ?? '60', 1, 3_600));
  }
  if (scenario !== 'chaos') throw new UsageError(`--scenario ${scenario}: there are chaos and outage`);
  if (seconds !== undefined) throw new UsageError('--seconds is for --scenario outage; use --minutes');
  const durationMs =
    minutes === undefined
      ? Math.max(DURATION_MIN_MS, (orders / ORDERS_PER_SECOND) * 1_000)
      : 60_000 * toNumber('minutes', minutes, 0.5, 240, false);
  return chaosScenario(seed, durationMs);
}

function toNumber(name: string, text: string, min: number, max: number, whole = true): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= min && value <= max) || (whole && !Number.isInteger(value)))
    throw new UsageError(`--${name} ${text}: not a${whole ? ' whole' : ''} number from ${min} to ${max}`);
  return value;
}
