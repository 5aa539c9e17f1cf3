import { type CommonConfig, type Environment, EnvReader, readCommon } from '@order-pipeline/platform/env';

/** Configuration of the operations service. Times carry their unit in the name. */
export interface Config extends CommonConfig {
  /** Port of the console, the Connect API, /health, /ready and /metrics. */
  readonly port: number;
  /** Longest time from SIGTERM to exit. */
  readonly stopTimeoutMs: number;
}

/** Loads the configuration. @throws {ConfigError} listing every problem */
export function loadConfig(environment: Environment): Config {
  const env = new EnvReader(environment);
  return env.resolve<Config>({
    ...readCommon(env),
    port: env.port('PORT', 8090),
    stopTimeoutMs: env.integer('STOP_TIMEOUT_MS', 10_000, 1_000, 120_000),
  });
}
