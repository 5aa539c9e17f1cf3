/** `npm run orders -- …`: hands the command to the service that has it. `user` is the API's, all others the processor's. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** sysexits(3): EX_CONFIG, here since nothing is built yet that could be imported. */
const EXIT_CONFIG = 78;

const program =
  process.argv[2] === 'user'
    ? '../services/order-api/dist/cli.js'
    : '../services/order-processor/dist/operator/main.js';
const url = new URL(program, import.meta.url);
if (existsSync(fileURLToPath(url))) await import(url.href);
else {
  process.stderr.write('orders: the programs are not built: run npm run build\n');
  process.exitCode = EXIT_CONFIG;
}
