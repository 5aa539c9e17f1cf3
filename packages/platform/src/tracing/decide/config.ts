/** Tracing by the standard variables of OpenTelemetry. */

/** Kinds of samplers that the standard names. */
export type SamplerKind = 'always_on' | 'always_off' | 'traceidratio';

/** Configuration of tracing. The exporter reads `OTEL_EXPORTER_OTLP_*` itself. */
export interface TracingConfig {
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly sampler: SamplerKind;
  /** Follows the decision of the caller where there is one. */
  readonly parentBased: boolean;
  /** Share of traces in [0,1] that `traceidratio` records. */
  readonly ratio: number;
  /** Time between exports, in milliseconds. */
  readonly exportIntervalMs: number;
}

/** A setting of tracing that cannot be used. */
export class TracingConfigError extends Error {
  override readonly name = 'TracingConfigError';
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration. Returns undefined when tracing is off: without an OTLP endpoint, unless
 * `OTEL_TRACES_EXPORTER=otlp` asks for the default one; with `OTEL_SDK_DISABLED=true` or `OTEL_TRACES_EXPORTER=none`.
 *
 * @throws {TracingConfigError} for a value that is not supported
 */
export function readTracingConfig(env: Variables): TracingConfig | undefined {
  const exporter = env.OTEL_TRACES_EXPORTER || undefined;
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || exporter === 'none') return undefined;
  if (!endpoint && exporter === undefined) return undefined;
  if (exporter !== undefined && exporter !== 'otlp')
    throw new TracingConfigError(`OTEL_TRACES_EXPORTER is ${exporter}: set it to otlp or none`);
  return {
    protocol: readProtocol(env),
    ...readSampler(env.OTEL_TRACES_SAMPLER || 'parentbased_always_on', env.OTEL_TRACES_SAMPLER_ARG),
    exportIntervalMs: readInterval(env.OTEL_BSP_SCHEDULE_DELAY || '5000'),
  };
}

function readProtocol(env: Variables): TracingConfig['protocol'] {
  const protocol =
    env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/protobuf';
  if (protocol === 'http/protobuf' || protocol === 'http/json') return protocol;
  throw new TracingConfigError(
    `OTEL_EXPORTER_OTLP_PROTOCOL is ${protocol}: set it to http/protobuf or http/json`,
  );
}

function readSampler(name: string, arg: string | undefined) {
  const sampler = name.replace(/^parentbased_/, '');
  if (sampler !== 'always_on' && sampler !== 'always_off' && sampler !== 'traceidratio')
    throw new TracingConfigError(
      `OTEL_TRACES_SAMPLER is ${name}: set it to always_on, always_off or traceidratio, or to one of them after parentbased_`,
    );
  const ratio = Number(arg || '1');
  if (!(ratio >= 0 && ratio <= 1))
    throw new TracingConfigError(`OTEL_TRACES_SAMPLER_ARG is ${arg}: set it to a number from 0 to 1`);
  return { sampler: sampler as SamplerKind, parentBased: name !== sampler, ratio };
}

function readInterval(text: string): number {
  const interval = Number(text);
  if (Number.isInteger(interval) && interval > 0) return interval;
  throw new TracingConfigError(`OTEL_BSP_SCHEDULE_DELAY is ${text}: set it to milliseconds above 0`);
}
