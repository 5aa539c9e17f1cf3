/** Prints the hash of the history of each seed that is named on the command line. */
import { installGlobals } from '../dist/kernel/globals.js';

installGlobals();
const { createPlan } = await import('../dist/plan/generate.js');
const { runPlan } = await import('../dist/run/run.js');
for (const seed of process.argv.slice(2)) {
  const { digest, violations } = await runPlan(createPlan(Number(seed)));
  process.stdout.write(`${seed} ${digest}\n`);
  if (violations.some(({ kind }) => kind === 'unhandled')) process.exitCode = 1;
}
