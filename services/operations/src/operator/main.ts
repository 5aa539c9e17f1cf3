import { setTimeout } from 'node:timers/promises';
import { systemClock } from '@order-pipeline/platform/clock';
import { withLocalDefaults } from '@order-pipeline/platform/local-defaults';
import { run } from './run.js';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
const env = withLocalDefaults(process.env);
// The AWS SDK reads its endpoints and credentials from here and from nowhere else.
Object.assign(process.env, env);
process.exitCode = await run(process.argv.slice(2), {
  env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  clock: systemClock,
  sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }).catch(() => undefined),
  signal: stop.signal,
});
