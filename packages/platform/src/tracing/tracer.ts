/**
 * Spans at the boundaries of this project's own code. While tracing is off, which is the default, nothing of the
 * OpenTelemetry SDK is loaded and every function here runs its action directly.
 */
import { currentWork, runUnder } from '../work.js';
import type { TraceContext } from './trace-context.js';

/** Kind of a span, as in OpenTelemetry. */
export type SpanKind = 'server' | 'client' | 'producer' | 'consumer';

/** Attributes of a span. Undefined ones are left out. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Options of a new span. */
export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes?: SpanAttributes;
  /** The current span of the work by default; undefined begins a trace. */
  readonly parent?: TraceContext | undefined;
  readonly links?: readonly TraceContext[];
  /** Epoch milliseconds. Now by default. */
  readonly startTimeMs?: number;
  /** Returns false for an error that is an answer, such as a condition that does not hold. */
  readonly isFailure?: ((error: unknown) => boolean) | undefined;
}

/** A span that has begun. */
export interface ActiveSpan {
  /** Absent while tracing is off. */
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

/** Creates spans. */
export type StartSpan = (start: SpanStart) => ActiveSpan;

/** The span while tracing is off. */
export const NO_SPAN: ActiveSpan = {
  context: undefined,
  set: () => undefined,
  rename: () => undefined,
  fail: () => undefined,
  end: () => undefined,
};

let start: StartSpan | undefined;

/** Turns tracing on, or off with undefined. Called once, before a service starts. */
export function setTracer(startSpan: StartSpan | undefined): void {
  start = startSpan;
}

/** Returns true while spans are created. */
export function isTracing(): boolean {
  return start !== undefined;
}

/** Begins a span that the caller ends. */
export function startSpan(options: SpanStart): ActiveSpan {
  if (!start) return NO_SPAN;
  if ('parent' in options) return start(options);
  const work = currentWork();
  const links = [...(work?.links ?? []), ...(options.links ?? [])];
  return start({ ...options, parent: work?.span, ...(links.length > 0 && { links }) });
}

/** Runs `action` in a span, which is the parent of the spans that it leads to. A rejection marks the span as failed. */
export function inSpan<R>(options: SpanStart, action: (span: ActiveSpan) => Promise<R>): Promise<R> {
  return start ? runInSpan(options, action) : action(NO_SPAN);
}

async function runInSpan<R>(options: SpanStart, action: (span: ActiveSpan) => Promise<R>): Promise<R> {
  const span = startSpan(options);
  try {
    return await (span.context ? runUnder(span.context, [], () => action(span)) : action(span));
  } catch (error) {
    if (options.isFailure?.(error) ?? true) span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}

/**
 * Runs a call that serves several units of work, such as a batch: its spans are children of the first and linked to the
 * others.
 */
export function underAll<R>(spans: readonly (TraceContext | undefined)[], action: () => R): R {
  if (!start) return action();
  const [first, ...others] = spans.filter((span) => span !== undefined);
  return first ? runUnder(first, others, action) : action();
}
