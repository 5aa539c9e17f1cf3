/** W3C Trace Context: the identity of a span, as it travels between processes. */
import { RandomPool } from '../random-pool.js';

/** Identity of a span. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** True when the trace is recorded. */
  readonly sampled: boolean;
}

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Parses a `traceparent`. Returns undefined for anything else, as the standard asks: a bad header starts a new trace. */
export function parseTraceparent(text: unknown): TraceContext | undefined {
  const [, traceId, spanId, flags] = (typeof text === 'string' && TRACEPARENT.exec(text)) || [];
  if (!traceId || !spanId || !flags) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Formats a `traceparent`. */
export function formatTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/**
 * Returns the identity of a new span in the trace of `parent`, or in a new trace. Used while tracing is off, so that the
 * trace id still ties log lines together.
 */
export function createTraceContext(parent?: TraceContext): TraceContext {
  return {
    traceId: parent?.traceId ?? takeId(16),
    spanId: takeId(8),
    sampled: parent?.sampled ?? true,
  };
}

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;

/**
 * Returns an identity in a trace of which only the id is known, such as that of an order's record. Nothing is recorded under it,
 * and log lines name the trace. Undefined for what is no trace id.
 */
export function continueTrace(traceId: string | undefined): TraceContext | undefined {
  return traceId !== undefined && TRACE_ID.test(traceId)
    ? { traceId, spanId: takeId(8), sampled: false }
    : undefined;
}

const random = new RandomPool();
const NO_ID = /^0+$/;

/** The standard calls an id of zeros invalid. */
function takeId(bytes: number): string {
  const id = random.takeHex(bytes);
  return id.startsWith('00000000') && NO_ID.test(id) ? takeId(bytes) : id;
}

/** Returns the trace id of a W3C traceparent. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return traceparent?.split('-')[1];
}
