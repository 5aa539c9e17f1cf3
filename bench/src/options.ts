/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util';
import { baselineBuild } from './harness/builds.js';
import type { BenchOptions } from './scenario.js';

/** A command. */
export interface Command {
  /** Scenarios to run; every one when none was named. */
  readonly scenarios: readonly string[];
  /** Fails when a budget is missed. */
  readonly check: boolean;
  /** Path of the report; undefined writes none. */
  readonly out: string | undefined;
  readonly options: BenchOptions;
}

/** Output of `--help`. */
export const USAGE = `usage: npm run bench -- [SCENARIO...] [OPTION...]

  --quick            fewer rounds and variants: all budgets in about two minutes
  --check            exit with 1 when a budget of docs/performance.md is missed
  --latency          add 10 ms to SQS calls and 5 ms to DynamoDB calls
  --baseline DIR     compare with an earlier build in DIR, in the same rounds
  --out DIR          write the report (Markdown, SVG, JSON) there
`;

const SIMULATED_LATENCY = { sqsMs: 10, dynamoMs: 5 };

/** Reads the arguments. @throws {TypeError} for unknown options */
export function parseCommand(args: readonly string[], say: (line: string) => void): Command {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      latency: { type: 'boolean', default: false },
      baseline: { type: 'string' },
      out: { type: 'string' },
    },
  });
  return {
    scenarios: positionals,
    check: values.check,
    out: values.out,
    options: {
      quick: values.quick,
      latency: values.latency ? SIMULATED_LATENCY : undefined,
      baseline: values.baseline === undefined ? undefined : baselineBuild(values.baseline),
      say,
    },
  };
}
