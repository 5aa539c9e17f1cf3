import { runListen } from './command.js';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
const port = process.env.LOCAL_SQS_PORT ?? '9324';
const endpoint =
  process.env.AWS_ENDPOINT_URL_SQS ?? process.env.AWS_ENDPOINT_URL ?? `http://127.0.0.1:${port}`;
// The AWS SDK reads endpoints and credentials from the environment and from nowhere else.
Object.assign(process.env, {
  AWS_REGION: process.env.AWS_REGION ?? 'us-east-1',
  AWS_ACCESS_KEY_ID: process.env.AWS_ACCESS_KEY_ID ?? 'local',
  AWS_SECRET_ACCESS_KEY: process.env.AWS_SECRET_ACCESS_KEY ?? 'local',
  AWS_ENDPOINT_URL_SQS: endpoint,
  AWS_ENDPOINT_URL_SNS: process.env.AWS_ENDPOINT_URL_SNS ?? endpoint,
});
process.exitCode = await runListen(process.argv.slice(3), {
  env: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  signal: stop.signal,
});
