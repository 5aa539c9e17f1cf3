/** Tracing by the OpenTelemetry SDK. Loaded only when the environment turns tracing on. */
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { SamplerKind, TracingConfig } from './decide/config.js';
import type { TraceContext } from './trace-context.js';
import { type ActiveSpan, NO_SPAN, type SpanAttributes, type SpanStart, type StartSpan } from './tracer.js';

/** A tracer with the connection to its collector. */
export interface SdkTracer {
  readonly startSpan: StartSpan;
  /** Exports what waits and closes the connection. Never rejects: a collector that is away stops no service. */
  stop(): Promise<void>;
}

const KINDS: Readonly<Record<SpanStart['kind'], SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** Creates a tracer that exports by OTLP over HTTP. */
export async function createSdkTracer(
  service: string,
  version: string,
  config: TracingConfig,
): Promise<SdkTracer> {
  const provider = new TracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({ 'service.name': service, 'service.version': version }),
    ),
    sampler: createSampler(config),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: await createExporter(config),
        scheduledDelayMillis: config.exportIntervalMs,
      }),
    ],
  });
  const tracer = provider.getTracer('order-pipeline', version);
  return {
    startSpan: ({ name, kind, attributes = {}, parent, links = [], startTimeMs }) => {
      // The sampler would drop it: most traces are not recorded, and pass for next to nothing.
      if (config.parentBased && parent && !parent.sampled) return { ...NO_SPAN, context: parent };
      return new SdkSpan(
        tracer.startSpan(
          name,
          {
            kind: KINDS[kind],
            attributes: withoutUndefined(attributes),
            links: links.map((link) => ({ context: toSpanContext(link) })),
            ...(startTimeMs !== undefined && { startTime: startTimeMs }),
          },
          toContext(parent),
        ),
      );
    },
    stop: () => provider.shutdown().catch(() => undefined),
  };
}

async function createExporter({ protocol }: TracingConfig): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}

function createSampler({ sampler, parentBased, ratio }: TracingConfig): Sampler {
  const roots: Readonly<Record<SamplerKind, () => Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  };
  const root = roots[sampler]();
  return parentBased ? new ParentBasedSampler({ root }) : root;
}

function toContext(parent: TraceContext | undefined): Context {
  return parent ? trace.setSpanContext(ROOT_CONTEXT, toSpanContext(parent)) : ROOT_CONTEXT;
}

function toSpanContext({ traceId, spanId, sampled }: TraceContext) {
  return { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true };
}

function withoutUndefined(attributes: SpanAttributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

class SdkSpan implements ActiveSpan {
  readonly context: TraceContext;
  readonly #span: Span;

  constructor(span: Span) {
    this.#span = span;
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.context = { traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 };
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(withoutUndefined(attributes));
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  fail(error: unknown): void {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    this.#span.setAttribute('error.type', name);
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message });
  }

  end(): void {
    this.#span.end();
  }
}
