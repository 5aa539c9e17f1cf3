/** Turns tracing on where the environment asks for it. */
import type { Environment } from '../env.js';
import type { Logger } from '../logger.js';
import { readTracingConfig } from './decide/config.js';
import { setTracer } from './tracer.js';

/**
 * Starts tracing, and returns what ends it. Without the standard `OTEL_*` variables it does nothing and loads nothing.
 *
 * @throws {TracingConfigError} for a variable that cannot be used
 */
export async function startTracing(
  service: string,
  env: Environment,
  logger: Logger,
): Promise<() => Promise<void>> {
  const config = readTracingConfig(env);
  if (!config) return async () => undefined;
  const { createSdkTracer } = await import('./sdk.js');
  const tracer = await createSdkTracer(service, env.SERVICE_VERSION || 'unknown', config);
  setTracer(tracer);
  logger.info({ ...config }, 'tracing is on');
  return async () => {
    setTracer(undefined);
    await tracer.stop();
  };
}
