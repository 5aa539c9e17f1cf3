/** `npm run chaos`: proves on the real local stack that no fault loses an order, charges twice or oversells. */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatReport } from './format-report.js';
import { type ChaosOptions, parseOptions, USAGE, UsageError } from './options.js';
import { passed } from './report.js';
import { run } from './run.js';

/** The command line is wrong; nothing was started. */
const EXIT_USAGE = 2;
const DRAIN_TIMEOUT_MS = 180_000;
/** On top of it for each order, since on a slow machine most of a long run is still to be done. */
const DRAIN_TIMEOUT_PER_ORDER_MS = 150;
/** With a defect some orders never come to an end, and there is no point in waiting for them. */
const MUTATED_DRAIN_TIMEOUT_MS = 20_000;

/** Ctrl-C stops the stack too. */
const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => interruption.abort(new Error(`stopped by ${name}`)));
}

const say = (line: string) => process.stdout.write(`${line}\n`);

try {
  process.exit(await main(parseOptions(process.argv.slice(2))));
} catch (error) {
  if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${USAGE}\n`);
  else process.stderr.write(`the harness failed: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(error instanceof UsageError ? EXIT_USAGE : 1);
}

async function main(options: ChaosOptions): Promise<number> {
  const { report, history, log } = await run({
    ...options,
    drainTimeoutMs: options.mutation
      ? MUTATED_DRAIN_TIMEOUT_MS
      : DRAIN_TIMEOUT_MS + DRAIN_TIMEOUT_PER_ORDER_MS * options.orders,
    onProgress: say,
    signal: interruption.signal,
  });
  if (options.reportFile) await writeFile(options.reportFile, `${JSON.stringify(report, null, 2)}\n`);
  const ok = passed(report);
  if (!ok) {
    const base = join(tmpdir(), `order-pipeline-chaos-${options.seed}`);
    await writeFile(`${base}.log`, `${log.join('\n')}\n`);
    await writeFile(`${base}.history.json`, JSON.stringify(history));
    say(`\nlog of the processes: ${base}.log\nhistory: ${base}.history.json`);
    say(`replay: npm run chaos -- ${process.argv.slice(2).join(' ')}\n`);
  }
  say(formatReport(report));
  return ok ? 0 : 1;
}
