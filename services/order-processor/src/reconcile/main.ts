import { withLocalDefaults } from '@order-pipeline/platform/local-defaults';
import { runReconcileCommand } from './command.js';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
Object.assign(process.env, withLocalDefaults(process.env));
const output = {
  print: (line: string) => process.stdout.write(`${line}\n`),
  complain: (line: string) => process.stderr.write(`${line}\n`),
};
process.exitCode = await runReconcileCommand(process.argv.slice(2), process.env, output, stop.signal);
