import { describe, expect, test } from '@jest/globals';
import { readTracingConfig, TracingConfigError } from '../../src/tracing/decide/config.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' };

describe('tracing is off', () => {
  test.each<[string, Record<string, string>]>([
    ['without variables', {}],
    ['when the SDK is disabled', { ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' }],
    ['when there is no exporter', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }],
    ['with an empty endpoint', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ])('%s', (_, env) => expect(readTracingConfig(env)).toBeUndefined());
});

describe('tracing is on', () => {
  const DEFAULTS = {
    protocol: 'http/protobuf',
    sampler: 'always_on',
    parentBased: true,
    ratio: 1,
    exportIntervalMs: 5_000,
  };

  test.each<[string, Record<string, string>, object]>([
    ['with an endpoint', ENDPOINT, {}],
    ['with an endpoint of traces', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://x/v1/traces' }, {}],
    ['with the exporter alone', { OTEL_TRACES_EXPORTER: 'otlp' }, {}],
    [
      'by a ratio',
      { ...ENDPOINT, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' },
      { sampler: 'traceidratio', ratio: 0.1 },
    ],
    [
      'without regard to the caller',
      { ...ENDPOINT, OTEL_TRACES_SAMPLER: 'always_off' },
      { sampler: 'always_off', parentBased: false },
    ],
    ['as JSON', { ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, { protocol: 'http/json' }],
    ['soon', { ...ENDPOINT, OTEL_BSP_SCHEDULE_DELAY: '100' }, { exportIntervalMs: 100 }],
  ])('%s', (_, env, expected) => expect(readTracingConfig(env)).toEqual({ ...DEFAULTS, ...expected }));
});

test.each([
  ['OTEL_TRACES_EXPORTER', 'zipkin'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_TRACES_SAMPLER', 'sometimes'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.1'],
  ['OTEL_BSP_SCHEDULE_DELAY', '0'],
])('%s=%s is refused by name', (variable, value) => {
  const read = () => readTracingConfig({ ...ENDPOINT, [variable]: value });
  expect(read).toThrow(TracingConfigError);
  expect(read).toThrow(variable);
});
