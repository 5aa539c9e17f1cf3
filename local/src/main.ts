/** `npm start`: runs the whole system until Ctrl-C. */
import { ConfigError } from '@order-pipeline/platform/env';
import { EXIT_CONFIG } from '@order-pipeline/platform/lifecycle';
import { loadLocalConfig } from './config.js';
import { LocalStack } from './stack.js';

const say = (line: string) => process.stdout.write(`${line}\n`);
let stack: LocalStack | undefined;
const stop = new Promise<NodeJS.Signals>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
});

try {
  const config = loadLocalConfig(process.env);
  stack = new LocalStack({
    config,
    environment: process.env,
    onLine: (part, line) => say(`[${part}] ${line}`),
    say: (line) => say(`[stack] ${line}`),
  });
  const { ports } = config;
  const started = stack.start().then(() => 'ready' as const);
  if ((await Promise.race([started, stop])) === 'ready') {
    say(`
Ready.
  order API    http://localhost:${ports.api}        docs: /docs, /redoc, /openapi.json
  processor    http://localhost:${ports.processor}/health  metrics: /metrics
  scoring      http://localhost:${ports.scoringHttp}  (Connect)   localhost:${ports.scoringGrpc} (gRPC)
Press Ctrl-C to stop.
`);
    await Promise.race([stop, stack.failed]);
  }
  started.catch(() => undefined);
  say('[stack] stopping');
  await stack.stop();
  process.exit(0);
} catch (error) {
  process.stderr.write(`[stack] ${error instanceof Error ? error.message : String(error)}\n`);
  await stack?.stop();
  process.exit(error instanceof ConfigError ? EXIT_CONFIG : 1);
}
