/** W3C Trace Context: the identity of a span, as it travels between processes. */
import { randomUUID } from 'node:crypto';

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
  // Version 4 UUIDs, since node keeps a store of random bytes for them: asking for bytes each time costs more.
  return {
    traceId: parent?.traceId ?? randomHex(),
    spanId: randomHex().slice(16),
    sampled: parent?.sampled ?? true,
  };
}

function randomHex(): string {
  return randomUUID().replaceAll('-', '');
}

/** Returns the trace id of a W3C traceparent. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return traceparent?.split('-')[1];
}
