/**
 * A service for the tests of the lifecycle as a process: it listens on PORT and prints `listening PORT`. FAULT chooses
 * what goes wrong: a stop that never ends, an error that nothing handles.
 */
import { createServer } from 'node:http';
import { type Environment, EnvReader } from '@order-pipeline/platform/env';
import { runService } from '@order-pipeline/platform/lifecycle';
import { closeServer, listen } from '@order-pipeline/platform/listen';

interface ProgramConfig {
  readonly logLevel: string;
  readonly port: number;
  readonly table: string;
  readonly stopTimeoutMs: number;
  readonly fault: string;
}

function loadConfig(environment: Environment): ProgramConfig {
  const env = new EnvReader(environment);
  return env.resolve<ProgramConfig>({
    logLevel: env.textOr('LOG_LEVEL', 'info'),
    port: env.port('PORT', 0),
    table: env.text('TABLE', 'name the table'),
    stopTimeoutMs: env.integer('STOP_TIMEOUT_MS', 10_000, 1, 60_000),
    fault: env.textOr('FAULT', ''),
  });
}

await runService({
  name: 'shop',
  loadConfig,
  start: async ({ port, fault }) => {
    const server = createServer();
    process.stdout.write(`listening ${await listen(server, port, 'PORT')}\n`);
    if (fault === 'uncaughtException') {
      setImmediate(() => {
        throw new Error('nobody caught this');
      });
    }
    if (fault === 'unhandledRejection') void Promise.reject(new Error('nobody handled this'));
    return { stop: () => (fault === 'stop' ? new Promise<void>(() => undefined) : closeServer(server)) };
  },
});
