/** The command line of the simulator. */
import { parseArgs } from 'node:util';
import { SCENARIOS, type Scenario } from '../plan/scenarios.js';

/** Options of the command. */
export type SimOptions =
  | { readonly command: 'help' }
  /** Replays one seed. */
  | {
      readonly command: 'replay';
      readonly seed: number;
      readonly scenario: Scenario;
      readonly mermaid: boolean;
      readonly whole: boolean;
    }
  /** Runs new seeds for a time. */
  | {
      readonly command: 'search';
      readonly base: string;
      readonly scenario: Scenario;
      readonly forMs: number;
      readonly jobs: number;
    }
  /** Measures which removed safeguards are found. */
  | { readonly command: 'mutations'; readonly only: string | undefined; readonly jobs: number };

/** The command line cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Usage of the command. */
export const USAGE = `Usage: npm run sim -- [--minutes N | --seconds N] [--jobs J] [--base TEXT] [--scenario S]
       npm run sim -- --seed S [--scenario S] [--mermaid] [--whole]
       npm run sim -- --mutations [--only NAME] [--jobs J]

  --minutes N   runs new seeds for so long (default: 1 minute)
  --seconds N   the same in seconds
  --jobs J      processes that run at the same time (default 1)
  --base TEXT   what the seeds are derived from (default: the time; "commit" for the commit that is checked out)
  --scenario S  swarm: random faults (default); gateway-outage, scoring-outage: 30 minutes, no dead letter;
                clock-skew: a worker 60 s behind, no dead letter; late-payments, key-races, dead-letters,
                lost-letters, lost-events, refunds, hot-sku, big-tables: random faults around one part of the protocol
  --seed S      replays one seed; a failing run is shrunk and printed as a sequence diagram
  --mermaid     prints the diagram for Mermaid
  --whole       prints the whole run instead of the smallest failing part
  --mutations   removes one safeguard after the other and says how soon that is found
  --only NAME   one mutation only

Exit code: 0 nothing found (with --mutations: each was found), 1 violations, 2 usage.
`;

/** Reads the arguments. Throws UsageError. */
export function parseOptions(args: readonly string[], now: number): SimOptions {
  const values = parse(args);
  if (values.help) return { command: 'help' };
  const jobs = toNumber('jobs', values.jobs ?? '1', 1, 256);
  if (values.mutations) return { command: 'mutations', only: values.only, jobs };
  const scenario = toScenario(values.scenario ?? 'swarm');
  if (values.seed !== undefined) {
    const seed = toNumber('seed', values.seed, 0, 2 ** 32 - 1);
    return {
      command: 'replay',
      seed,
      scenario,
      mermaid: values.mermaid ?? false,
      whole: values.whole ?? false,
    };
  }
  if (values.minutes !== undefined && values.seconds !== undefined)
    throw new UsageError('--minutes and --seconds: give one of them');
  const seconds =
    values.seconds !== undefined
      ? toNumber('seconds', values.seconds, 1, 86_400)
      : 60 * toNumber('minutes', values.minutes ?? '1', 1, 1_440);
  return { command: 'search', scenario, base: values.base ?? String(now), forMs: seconds * 1_000, jobs };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: flag,
        minutes: text,
        seconds: text,
        jobs: text,
        base: text,
        scenario: text,
        seed: text,
        mermaid: flag,
        whole: flag,
        mutations: flag,
        only: text,
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function toScenario(text: string): Scenario {
  const scenario = SCENARIOS.find((name) => name === text);
  if (!scenario) throw new UsageError(`--scenario ${text}: there are ${SCENARIOS.join(', ')}`);
  return scenario;
}

function toNumber(name: string, text: string, min: number, max: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new UsageError(`--${name} ${text}: not a whole number from ${min} to ${max}`);
  return value;
}
