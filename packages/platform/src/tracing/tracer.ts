/**
 * Spans at the boundaries of this project's own code. Where work enters the process it is decided once whether its trace is
 * recorded: work that is not recorded creates no spans. While tracing is off, which is the default, nothing of the
 * OpenTelemetry SDK is loaded.
 */
import { currentWork, leaveWork, runUnder, type Work } from '../work.js';
import { createTraceContext, type TraceContext } from './trace-context.js';

/** Kind of a span, as in OpenTelemetry. */
export type SpanKind = 'server' | 'client' | 'producer' | 'consumer';

/** Attributes of a span. Undefined ones are left out. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Description of a new span. */
export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes?: SpanAttributes;
  readonly links?: readonly TraceContext[];
  /** Epoch milliseconds. Now by default. */
  readonly startTimeMs?: number;
  /** Returns false for an error that is a response, such as a condition that does not hold. */
  readonly isFailure?: ((error: unknown) => boolean) | undefined;
}

/** Identity of a new span. */
export interface SpanIdentity {
  readonly context: TraceContext;
  /** Undefined for the first span of a trace. */
  readonly parent: TraceContext | undefined;
}

/** A span that has begun. */
export interface ActiveSpan {
  /** Absent when the span is not recorded. */
  readonly context: TraceContext | undefined;
  /** Adds attributes. */
  set(attributes: SpanAttributes): void;
  /** Renames the span. */
  rename(name: string): void;
  /** Marks the span as failed. */
  fail(error: unknown): void;
  /** Ends the span. */
  end(): void;
}

/** Records spans. */
export interface Tracer {
  /** Returns true when work is recorded that enters the process with `parent`, in the trace `traceId`. */
  samples(traceId: string, parent: TraceContext | undefined): boolean;
  /** Begins a span that is recorded. */
  begin(start: SpanStart, identity: SpanIdentity): ActiveSpan;
}

/** The span of work that is not recorded. */
export const NO_SPAN: ActiveSpan = {
  context: undefined,
  set: () => undefined,
  rename: () => undefined,
  fail: () => undefined,
  end: () => undefined,
};

let tracer: Tracer | undefined;

/** Turns tracing on, or off with undefined. Called once, before a service starts. */
export function setTracer(next: Tracer | undefined): void {
  tracer = next;
}

/** Returns true while tracing is on. */
export function isTracing(): boolean {
  return tracer !== undefined;
}

/** Returns true when the current work is recorded. */
export function isRecording(): boolean {
  return tracer !== undefined && currentWork()?.span?.sampled === true;
}

/**
 * Returns the identity of work that enters the process, with the decision whether it is recorded. Work that is not recorded goes
 * on under `parent`. While tracing is off nothing is decided.
 */
export function enterTrace(parent: TraceContext | undefined): TraceContext | undefined {
  if (!tracer) return parent;
  const entered = createTraceContext(parent);
  const sampled = tracer.samples(entered.traceId, parent);
  if (parent && !sampled) return parent.sampled ? { ...parent, sampled } : parent;
  return { ...entered, sampled };
}

/**
 * Begins the span of work that entered the process. `entered` is its identity, from {@link enterTrace}, and becomes the span of the
 * work. `describe` is called only for a span that is recorded.
 */
export function startEntrySpan(
  entered: TraceContext | undefined,
  parent: TraceContext | undefined,
  describe: () => SpanStart,
): ActiveSpan {
  return tracer && entered?.sampled ? tracer.begin(describe(), { context: entered, parent }) : NO_SPAN;
}

/** Runs `action` in a span, which is the parent of the spans that it leads to. A rejection marks the span as failed. */
export function inSpan<R>(start: SpanStart, action: (span: ActiveSpan) => Promise<R>): Promise<R> {
  const work = tracer && currentWork();
  return tracer && work?.span?.sampled ? runInSpan(tracer, work, start, action) : action(NO_SPAN);
}

async function runInSpan<R>(
  { begin }: Tracer,
  { span: parent, links: others }: Work,
  start: SpanStart,
  action: (span: ActiveSpan) => Promise<R>,
): Promise<R> {
  const context = createTraceContext(parent);
  const links = others.length > 0 ? [...others, ...(start.links ?? [])] : start.links;
  const span = begin(links ? { ...start, links } : start, { context, parent });
  try {
    return await runUnder(context, [], () => action(span));
  } catch (error) {
    if (start.isFailure?.(error) ?? true) span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}

/**
 * Runs a call that serves several units of work, such as a batch: its spans are children of the first that is recorded, and linked
 * to the others.
 */
export function underAll<R>(spans: readonly (TraceContext | undefined)[], action: () => R): R {
  if (!tracer) return action();
  const [first, ...others] = spans.filter((span) => span?.sampled === true);
  if (first) return runUnder(first, others as TraceContext[], action);
  // A batch leaves in the turn of any work, also of one that it does not serve.
  return isRecording() ? leaveWork(action) : action();
}
