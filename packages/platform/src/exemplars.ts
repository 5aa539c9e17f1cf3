/** Exemplars: for each bucket of a histogram the trace of its last observation, so that a panel leads to a trace. */
import type { Registry } from './metrics.js';
import type { TraceContext } from './tracing/trace-context.js';
import { isTracing } from './tracing/tracer.js';
import { currentWork } from './work.js';

/** One observation and its trace. */
export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  /** Time of the observation, in epoch seconds. */
  readonly seconds: number;
}

/** An observation of a histogram. */
export interface Observation {
  /** Name of the histogram. */
  readonly name: string;
  /** Upper bounds of its buckets. */
  readonly buckets: readonly number[];
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Span of the observation; that of the current work by default. */
  readonly span?: TraceContext | undefined;
}

const stores = new WeakMap<Registry, Map<string, Exemplar>>();

/** Notes the trace of an observation. Does nothing while tracing is off, and for traces that are not recorded. */
export function noteExemplar(registry: Registry, observation: Observation): void {
  if (!isTracing()) return;
  const { name, buckets, labels, value, span = currentWork()?.span } = observation;
  if (!span?.sampled) return;
  const bound = buckets.find((limit) => value <= limit);
  const pairs = Object.entries({ ...labels, le: bound === undefined ? '+Inf' : String(bound) });
  const key = seriesKey(
    name,
    pairs.map(([label, text]) => `${label}="${quote(text)}"`),
  );
  let store = stores.get(registry);
  if (!store) {
    store = new Map();
    stores.set(registry, store);
  }
  store.set(key, { traceId: span.traceId, value, seconds: Date.now() / 1_000 });
}

/** Returns the exemplars of a registry by `seriesKey`. */
export function exemplarsOf(registry: Registry): ReadonlyMap<string, Exemplar> {
  return stores.get(registry) ?? new Map();
}

/** Identity of a bucket: the histogram's name and its labels as `name="value"`, in any order. */
export function seriesKey(name: string, labels: readonly string[]): string {
  return `${name}{${labels.toSorted().join()}}`;
}

function quote(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
