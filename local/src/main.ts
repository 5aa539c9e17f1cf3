/** `npm start`: runs the whole system until Ctrl-C. Lines are readable ones, or JSON with `LOG_FORMAT=json`. */
import { stopWithNpm } from './npm-parent.js';
import { runStack } from './run-stack.js';
import { createFormatter, openLogFile, STACK_LOG_FILE } from './stack-log.js';

const format = createFormatter(
  process.env.LOG_FORMAT === 'json' ? 'json' : 'pretty',
  process.stdout.isTTY === true,
);
stopWithNpm(process);
process.exit(await runStack(Object.assign(process, { format, log: openLogFile(STACK_LOG_FILE) })));
