/** `npm start`: runs the whole system until Ctrl-C. */
import { stopWithNpm } from './npm-parent.js';
import { runStack } from './run-stack.js';

stopWithNpm(process);
process.exit(await runStack(process));
