/** `npm run orders -- …`: hands the command to the program that has it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** sysexits(3): EX_CONFIG, here since nothing is built yet that could be imported. */
const EXIT_CONFIG = 78;

/** Programs by command; the operations service has all others. */
const PROGRAMS = {
  user: '../services/order-api/dist/cli.js',
  listen: '../services/webhooks/dist/listen/main.js',
  simulate: '../local/dist/simulate/main.js',
};

const program = PROGRAMS[process.argv[2]] ?? '../services/operations/dist/operator/main.js';
const url = new URL(program, import.meta.url);
if (existsSync(fileURLToPath(url))) await import(url.href);
else {
  process.stderr.write('orders: the programs are not built: run npm run build\n');
  process.exitCode = EXIT_CONFIG;
}
