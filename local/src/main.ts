/**
 * `npm start`: runs the whole system until Ctrl-C. Lines are readable ones, or JSON with `LOG_FORMAT=json`.
 * `npm start -- --observability` runs Prometheus, Grafana and a trace viewer as well, where they are installed.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stopWithNpm } from './npm-parent.js';
import { runStack } from './run-stack.js';
import { createFormatter, openLogFile, STACK_LOG_FILE } from './stack-log.js';

/** Exit code of a wrong command line. */
const EXIT_USAGE = 2;

/** Files and data of Prometheus and Grafana. */
const OBSERVABILITY_FOLDER = resolve('.local/observability');

try {
  const { values } = parseArgs({ options: { observability: { type: 'boolean', default: false } } });
  const format = createFormatter(
    process.env.LOG_FORMAT === 'json' ? 'json' : 'pretty',
    process.stdout.isTTY === true,
  );
  stopWithNpm(process);
  process.exit(
    await runStack(
      Object.assign(process, { format, log: openLogFile(STACK_LOG_FILE) }),
      values.observability ? { observabilityFolder: OBSERVABILITY_FOLDER } : {},
    ),
  );
} catch (error) {
  process.stderr.write(`npm start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(EXIT_USAGE);
}
