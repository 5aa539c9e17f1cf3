/** Start and stop of every service process. */

import type { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT_CONFIG } from '@order-pipeline/contracts/exit-codes';
import { ConfigError, type Environment } from './env.js';
import { PortInUseError } from './listen.js';
import { createLogger, type DestinationStream, type Logger } from './logger.js';
import { startTracing } from './tracing/start.js';

/** A service that is running. */
export interface Running {
  /** Stops taking work and finishes what is in flight. */
  stop(): Promise<void>;
}

/** Configuration that the lifecycle needs of every service. */
export interface LifecycleConfig {
  readonly logLevel: string;
  /** Time limit of a stop in milliseconds, counted from the signal. */
  readonly stopTimeoutMs: number;
}

/** Definition of one service: its configuration and its start. */
export interface ServiceMain<C extends LifecycleConfig> {
  readonly name: string;
  /** Reads the whole configuration or throws a ConfigError. */
  readonly loadConfig: (env: Environment) => C;
  /** Starts the service; it is ready when the promise resolves. */
  readonly start: (config: C, logger: Logger) => Promise<Running>;
}

/** Access of a service to its process. */
export interface ServiceHost extends Pick<EventEmitter, 'on' | 'once'> {
  readonly env: Environment;
  readonly stderr: { write(text: string): unknown };
  /** Destination of logs; standard output by default. */
  readonly logs?: DestinationStream;
  exit(code: number): never;
}

/**
 * Runs a service until SIGTERM or SIGINT, then stops it and exits with 0. Exits with 78 on a bad configuration before
 * anything listens, and with 1 when it cannot start or stop, when it still runs `stopTimeoutMs` after the signal, or
 * on an error that nothing handled.
 */
export async function runService<C extends LifecycleConfig>(
  main: ServiceMain<C>,
  host: ServiceHost = process,
): Promise<void> {
  const config = loadOrExit(main, host);
  const logger = createLogger(main.name, config.logLevel, host.logs);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    host.on(event, (error) => {
      logger.fatal({ err: error }, `${event}: stopping at once, a restart continues from what is stored`);
      host.exit(1);
    });
  }
  const signal = new Promise<NodeJS.Signals>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) host.once(name, resolve);
  });
  const done = new AbortController();
  const late = rejectLate(signal, config.stopTimeoutMs, done.signal);
  const stopTracing = await orExit('start', startTracing(main.name, host.env, logger));
  const running = await orExit('start', main.start(config, logger));
  logger.info({ signal: await signal }, 'stopping');
  await orExit('stop', running.stop().then(stopTracing));
  done.abort();
  logger.info('stopped');
  host.exit(0);

  async function orExit<T>(step: 'start' | 'stop', work: Promise<T>): Promise<T> {
    try {
      return await Promise.race([work, late]);
    } catch (error) {
      if (error instanceof PortInUseError) logger.fatal(error.message);
      else logger.fatal({ err: error }, `could not ${step}`);
      host.exit(1);
    }
  }
}

function loadOrExit<C extends LifecycleConfig>(main: ServiceMain<C>, host: ServiceHost): C {
  try {
    return main.loadConfig(host.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    host.stderr.write(`${main.name}: ${error.message}\n`);
    host.exit(EXIT_CONFIG);
  }
}

/** Rejects when the time limit of the stop expires before it is complete. */
async function rejectLate(signal: Promise<unknown>, timeoutMs: number, done: AbortSignal): Promise<never> {
  await signal;
  await sleep(timeoutMs, undefined, { signal: done });
  throw new Error(`still running ${timeoutMs} ms after the signal`);
}
