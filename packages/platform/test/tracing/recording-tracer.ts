/** A tracer that keeps its spans, for tests. */
import type { TraceContext } from '../../src/tracing/trace-context.js';
import { type SpanIdentity, type SpanStart, setTracer, type Tracer } from '../../src/tracing/tracer.js';

/** A span, as it was begun and ended. */
export interface Recorded extends SpanStart, SpanIdentity {
  failed?: unknown;
  ended: boolean;
  readonly set: object[];
}

/** Turns tracing on until `setTracer(undefined)`, and returns the spans. Records what its caller records, and each new trace. */
export function recordSpans(samples: Tracer['samples'] = followParent): Recorded[] {
  const spans: Recorded[] = [];
  setTracer({
    samples,
    begin: (start, identity) => {
      const span: Recorded = { ...start, ...identity, ended: false, set: [] };
      spans.push(span);
      return {
        context: identity.context,
        set: (attributes) => span.set.push(attributes),
        rename: () => undefined,
        fail: (error) => Object.assign(span, { failed: error }),
        end: () => Object.assign(span, { ended: true }),
      };
    },
  });
  return spans;
}

function followParent(_traceId: string, parent: TraceContext | undefined): boolean {
  return parent?.sampled ?? true;
}
