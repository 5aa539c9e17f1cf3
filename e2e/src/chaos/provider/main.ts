/** The payment provider as a process of its own: `node main.js PORT JOURNAL SLOW_MS`. Stops on SIGTERM. */
import { startProvider } from './server.js';

const [port, journalFile = '', slowMs] = process.argv.slice(2);
if (journalFile === '') throw new Error('usage: main.js PORT JOURNAL SLOW_MS');
process.on('SIGINT', () => undefined);
const provider = await startProvider({ port: Number(port), journalFile, slowMs: Number(slowMs) });
process.once('SIGTERM', () => process.exit(0));
process.stdout.write(`provider listens on port ${provider.port}\n`);
