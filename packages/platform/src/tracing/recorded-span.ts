/** A span as plain values, in the form that the exporters of the OpenTelemetry SDK read. */
import {
  type AttributeValue,
  type Link,
  type SpanContext,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
  TraceFlags,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { epochMs, toHrTime } from './span-time.js';
import type { TraceContext } from './trace-context.js';
import type { ActiveSpan, SpanAttributes, SpanIdentity, SpanStart } from './tracer.js';

/** Origin of the spans, and their destination. */
export interface SpanOrigin {
  readonly resource: Resource;
  readonly scope: ReadableSpan['instrumentationScope'];
  /** Called once with each span that has ended. */
  readonly onEnd: (span: ReadableSpan) => void;
}

const KINDS: Readonly<Record<SpanStart['kind'], SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

const NO_LINKS: Link[] = [];
const NO_EVENTS: ReadableSpan['events'] = [];
const UNSET: SpanStatus = { code: SpanStatusCode.UNSET };

/** A span that is recorded, from its begin to its export. */
export class RecordedSpan implements ActiveSpan, ReadableSpan {
  readonly context: TraceContext;
  readonly kind: SpanKind;
  readonly attributes: Record<string, AttributeValue> = {};
  readonly links: Link[];
  readonly parentSpanContext?: SpanContext;
  readonly events = NO_EVENTS;
  readonly startTime: ReadableSpan['startTime'];
  readonly droppedAttributesCount = 0;
  readonly droppedEventsCount = 0;
  readonly droppedLinksCount = 0;
  name: string;
  status = UNSET;
  endTime: ReadableSpan['endTime'] = [0, 0];
  ended = false;
  readonly #origin: SpanOrigin;

  constructor(origin: SpanOrigin, { context, parent }: SpanIdentity, start: SpanStart) {
    const { name, kind, attributes, links, startTimeMs = epochMs() } = start;
    this.context = context;
    this.name = name;
    this.kind = KINDS[kind];
    this.links = links ? links.map((link) => ({ context: toSpanContext(link) })) : NO_LINKS;
    this.startTime = toHrTime(startTimeMs);
    this.#origin = origin;
    if (parent) this.parentSpanContext = toSpanContext(parent);
    if (attributes) this.set(attributes);
  }

  get resource(): Resource {
    return this.#origin.resource;
  }

  get instrumentationScope(): ReadableSpan['instrumentationScope'] {
    return this.#origin.scope;
  }

  get duration(): ReadableSpan['duration'] {
    const [startSeconds, startNanos] = this.startTime;
    const [endSeconds, endNanos] = this.endTime;
    const nanos = endNanos - startNanos;
    return nanos < 0 ? [endSeconds - startSeconds - 1, nanos + 1e9] : [endSeconds - startSeconds, nanos];
  }

  spanContext(): SpanContext {
    return toSpanContext(this.context);
  }

  set(attributes: SpanAttributes): void {
    for (const name in attributes) {
      const value = attributes[name];
      if (value !== undefined) this.attributes[name] = value;
    }
  }

  rename(name: string): void {
    this.name = name;
  }

  fail(error: unknown): void {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    this.attributes['error.type'] = name;
    this.status = { code: SpanStatusCode.ERROR, message };
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.endTime = toHrTime(epochMs());
    this.#origin.onEnd(this);
  }
}

function toSpanContext({ traceId, spanId, sampled }: TraceContext): SpanContext {
  return { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true };
}
