/** `npm start`: runs the whole system until Ctrl-C. */
import { runStack } from './run-stack.js';

process.exit(await runStack(process));
