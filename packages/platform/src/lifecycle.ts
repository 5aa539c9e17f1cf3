/** How every service process starts and stops. */
import { ConfigError, type Environment } from './env.js';
import { PortInUseError } from './listen.js';
import { createLogger, type Logger } from './logger.js';

/** A service that is running. */
export interface Running {
  /** Stops taking work and finishes what is in flight. */
  stop(): Promise<void>;
}

/** What differs between the services. */
export interface ServiceMain<C extends { readonly logLevel: string; readonly stopTimeoutMs: number }> {
  readonly name: string;
  /** Reads the whole configuration or throws a ConfigError. */
  readonly loadConfig: (env: Environment) => C;
  /** Starts the service; it is ready when the promise resolves. */
  readonly start: (config: C, logger: Logger) => Promise<Running>;
}

/** sysexits(3): EX_CONFIG, the configuration is wrong and a restart will not help. */
export const EXIT_CONFIG = 78;

/**
 * Runs a service until SIGTERM or SIGINT, then stops it and exits with 0. Exits with 78 on a bad configuration before
 * anything listens, and with 1 when it cannot start, when stopping takes longer than `stopTimeoutMs`, or on an error
 * that nothing handled.
 */
export async function runService<C extends { readonly logLevel: string; readonly stopTimeoutMs: number }>(
  main: ServiceMain<C>,
): Promise<void> {
  const config = loadOrExit(main);
  const logger = createLogger(main.name, config.logLevel);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error) => {
      logger.fatal({ err: error }, `${event}: stopping at once, a restart continues from what is stored`);
      process.exit(1);
    });
  }
  const signal = new Promise<NodeJS.Signals>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, resolve);
  });
  const running = await startOrExit(main, config, logger);
  logger.info({ signal: await signal }, 'stopping');
  const deadline = setTimeout(() => {
    logger.error({ stopTimeoutMs: config.stopTimeoutMs }, 'did not stop in time');
    process.exit(1);
  }, config.stopTimeoutMs);
  await running.stop();
  clearTimeout(deadline);
  logger.info('stopped');
  process.exit(0);
}

function loadOrExit<C extends { readonly logLevel: string; readonly stopTimeoutMs: number }>(
  main: ServiceMain<C>,
): C {
  try {
    return main.loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${main.name}: ${error.message}\n`);
    process.exit(EXIT_CONFIG);
  }
}

async function startOrExit<C extends { readonly logLevel: string; readonly stopTimeoutMs: number }>(
  main: ServiceMain<C>,
  config: C,
  logger: Logger,
): Promise<Running> {
  try {
    return await main.start(config, logger);
  } catch (error) {
    if (error instanceof PortInUseError) logger.fatal(error.message);
    else logger.fatal({ err: error }, 'could not start');
    process.exit(1);
  }
}
