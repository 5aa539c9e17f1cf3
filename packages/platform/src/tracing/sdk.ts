/** Tracing by the OpenTelemetry SDK. Loaded only when the environment turns tracing on. */
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  type Sampler,
  SamplingDecision,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { SamplerKind, TracingConfig } from './decide/config.js';
import { RecordedSpan, type SpanOrigin } from './recorded-span.js';
import type { Tracer } from './tracer.js';

/** A tracer with the connection to its collector. */
export interface SdkTracer extends Tracer {
  /** Exports the waiting spans and closes the connection. Never rejects: an unavailable collector does not affect the service. */
  stop(): Promise<void>;
}

/** Creates a tracer that exports by OTLP over HTTP. */
export async function createSdkTracer(
  service: string,
  version: string,
  config: TracingConfig,
): Promise<SdkTracer> {
  const processor = new BatchSpanProcessor({
    exporter: await createExporter(config),
    scheduledDelayMillis: config.exportIntervalMs,
  });
  const origin: SpanOrigin = {
    resource: createResource(service, version),
    scope: { name: 'order-pipeline', version },
    onEnd: (span) => processor.onEnd(span),
  };
  const sampler = createSampler(config);
  return {
    samples: (traceId, parent) =>
      config.parentBased && parent ? parent.sampled : isSampled(sampler, traceId),
    begin: (start, identity) => new RecordedSpan(origin, identity, start),
    stop: () => processor.shutdown().catch(() => undefined),
  };
}

/** `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` go before the service's own. */
function createResource(service: string, version: string): Resource {
  return defaultResource()
    .merge(resourceFromAttributes({ 'service.name': service, 'service.version': version }))
    .merge(detectResources({ detectors: [envDetector] }));
}

async function createExporter({ protocol }: TracingConfig): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}

/** Samplers of work that no caller has decided about. */
function createSampler({ sampler, ratio }: TracingConfig): Sampler {
  const samplers: Readonly<Record<SamplerKind, () => Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  };
  return samplers[sampler]();
}

/** None of the samplers reads anything but the trace's id. */
function isSampled(sampler: Sampler, traceId: string): boolean {
  const { decision } = sampler.shouldSample(ROOT_CONTEXT, traceId, '', SpanKind.INTERNAL, {}, []);
  return decision === SamplingDecision.RECORD_AND_SAMPLED;
}
