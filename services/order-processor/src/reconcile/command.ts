/** The command `reconcile`: one pass, now, for an operator to read. */

import { parseArgs } from 'node:util';
import { EXIT_CONFIG } from '@order-pipeline/contracts/exit-codes';
import { openEvents } from '@order-pipeline/order-protocol/publish-final';
import { createScoring, eachClient } from '@order-pipeline/order-protocol/scoring';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import { ConfigError, type Environment } from '@order-pipeline/platform/env';
import { createLogger } from '@order-pipeline/platform/logger';
import { createRegistry } from '@order-pipeline/platform/metrics';
import { type Config, loadConfig } from '../config.js';
import { type Outcome, reconcile } from './reconcile.js';
import { createReconcileDeps } from './reconciler.js';
import { describeSummary, toLine, toRecord, toSummaryRecord } from './report.js';

/** Output of a command. */
export interface Output {
  /** Findings. */
  readonly print: (line: string) => void;
  /** Prints an error. */
  readonly complain: (line: string) => void;
}

/** sysexits(3): EX_USAGE. */
const EXIT_USAGE = 64;

const USAGE = `Usage: npm run reconcile -- [--older-than SECONDS] [--dry-run] [--json]

Finds holds, authorizations and claims that are older than an order should take, and settles those of decided orders.

  --older-than SECONDS  how old; otherwise RECONCILE_AGE_MS. Any age is safe: no order with a live lease is touched
  --dry-run             settles nothing
  --json                one JSON object a line: each finding, then the summary

Exit code: 0 done, 1 something could not be settled or read, 64 bad arguments, 78 bad configuration.
`;

/**
 * Runs the command and returns its exit code. `environment` has to be `process.env` as far as the AWS SDK reads it. The
 * pass ends early when the signal aborts.
 */
export async function runReconcileCommand(
  args: readonly string[],
  environment: Environment,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const options = readArguments(args);
  if ('problem' in options) {
    output.complain(`${options.problem}\n\n${USAGE}`);
    return EXIT_USAGE;
  }
  if (options.help) {
    output.print(USAGE);
    return 0;
  }
  try {
    const config = loadConfig(environment);
    return await runPass(
      config,
      { ...options, ageMs: options.ageMs ?? config.reconcile.ageMs },
      output,
      signal,
    );
  } catch (error) {
    output.complain(signal.aborted ? STOPPED : explain(error));
    return error instanceof ConfigError ? EXIT_CONFIG : 1;
  }
}

const STOPPED = 'Stopped before the end; what is settled stays settled';

const REFUSED_HINT = 'Nothing listens at this address: start the stack (npm start), or set STAGE';

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigError) return error.message;
  // For a host with several addresses Node reports only the code.
  const { code } = error as { readonly code?: unknown };
  const text = `Cannot reconcile: ${error.message || `${error.name} ${code}`}`;
  return text.includes('ECONNREFUSED') ? `${text}\n${REFUSED_HINT}` : text;
}

interface Options {
  readonly help: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly ageMs?: number;
}

function readArguments(args: readonly string[]): Options | { readonly problem: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        'older-than': { type: 'string' },
      },
    });
    const seconds = values['older-than'];
    if (seconds !== undefined && !/^\d{1,9}$/.test(seconds))
      return { problem: `--older-than takes a number of seconds, not ${JSON.stringify(seconds)}` };
    return {
      help: values.help,
      dryRun: values['dry-run'],
      json: values.json,
      ...(seconds !== undefined && { ageMs: Number(seconds) * 1_000 }),
    };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

async function runPass(
  config: Config,
  { ageMs, dryRun, json }: Options & { readonly ageMs: number },
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const logger = createLogger('reconcile', 'silent');
  const dynamo = createDynamo({ region: config.awsRegion, maxAttempts: 4, requestTimeoutMs: 5_000 });
  const scoring = createScoring(config, createRegistry(), logger);
  const events = openEvents(config);
  try {
    const deps = createReconcileDeps({ dynamo, scoring, events, config });
    const onFinding = (outcome: Outcome) =>
      output.print(json ? JSON.stringify(toRecord(outcome)) : toLine(outcome));
    const summary = await reconcile(deps, { ageMs, dryRun, signal, onFinding });
    output.print(json ? JSON.stringify({ summary: toSummaryRecord(summary) }) : describeSummary(summary));
    return summary.failed > 0 || summary.sweepError !== undefined ? 1 : 0;
  } finally {
    events.close();
    for (const client of eachClient(scoring)) client.close();
    dynamo.destroy();
  }
}
