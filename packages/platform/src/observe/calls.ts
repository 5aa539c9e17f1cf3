/** Durations and errors of calls to AWS and Redis, with their spans and their share of the work's steps. */
import { Counter, Histogram } from 'prom-client';
import { noteExemplar } from '../exemplars.js';
import { LATENCY_BUCKETS_SECONDS, type Registry } from '../metrics.js';
import { inSpan, isRecording, type SpanAttributes, type SpanStart } from '../tracing/tracer.js';
import { recordStep } from '../work.js';

/** A dependency that calls go to. */
export type DependencyName = 'dynamodb' | 'sqs' | 'sns' | 'redis';

/** A call to a dependency. */
export interface DependencyCall {
  readonly dependency: DependencyName;
  readonly operation: string;
  /** Table, for the names of spans and steps. */
  readonly target?: string;
  readonly attributes?: SpanAttributes;
  /** True for a long poll, whose duration is no measure of the dependency and which belongs to no work. */
  readonly waiting?: boolean;
  /** Returns false for an error that is an expected result, such as a condition that does not hold. */
  readonly isFailure?: (error: unknown) => boolean;
}

type CallLabel = 'dependency' | 'operation' | 'outcome';
const OUTCOMES = ['ok', 'error'] as const;
type Outcome = (typeof OUTCOMES)[number];

/** Measures calls. */
export class CallObserver {
  readonly #registry: Registry;
  readonly #durations: Histogram<CallLabel>;
  readonly #waits: Histogram<CallLabel>;
  readonly #units: Counter<'table'>;
  readonly #calls = new Map<string, ObservedCall>();

  /** Registers `dependency_call_duration_seconds`, `dependency_wait_seconds` and `dynamodb_write_units_total`. */
  constructor(registry: Registry) {
    const labelNames: CallLabel[] = ['dependency', 'operation', 'outcome'];
    const registers = [registry];
    this.#registry = registry;
    this.#durations = reuse(registry, 'dependency_call_duration_seconds', (name) => {
      const help = 'Duration of calls to AWS and Redis, retries included';
      return new Histogram({ name, help, labelNames, buckets: [...LATENCY_BUCKETS_SECONDS], registers });
    });
    this.#waits = reuse(registry, 'dependency_wait_seconds', (name) => {
      const help = 'Duration of long polls, which are late on purpose';
      return new Histogram({ name, help, labelNames, buckets: [1, 5, 10, 20, 25], registers });
    });
    this.#units = reuse(registry, 'dynamodb_write_units_total', (name) => {
      const help = 'Write capacity units that DynamoDB reported as consumed, by table';
      return new Counter({ name, help, labelNames: ['table'], registers });
    });
  }

  /** Returns the call that `describe` describes: the same one each time for a key. */
  prepare(key: string, describe: () => DependencyCall): ObservedCall {
    const known = this.#calls.get(key);
    if (known) return known;
    const call = describe();
    const prepared = new ObservedCall(this.#registry, call.waiting ? this.#waits : this.#durations, call);
    this.#calls.set(key, prepared);
    return prepared;
  }

  /** Counts write capacity units of a table. */
  countWriteUnits(table: string, units: number): void {
    this.#units.inc({ table }, units);
  }
}

/** A call that is measured each time it is made. Its names, and its series once it has some, are found only once. */
export class ObservedCall {
  readonly #registry: Registry;
  readonly #histogram: Histogram<CallLabel>;
  readonly #call: DependencyCall;
  readonly #span: SpanStart;
  readonly #step: string;
  readonly #series: Partial<Record<Outcome, Histogram.Internal<CallLabel>>> = {};

  constructor(registry: Registry, histogram: Histogram<CallLabel>, call: DependencyCall) {
    const { dependency, operation, target, attributes, isFailure } = call;
    const name = target === undefined ? operation : `${operation} ${target}`;
    this.#registry = registry;
    this.#histogram = histogram;
    this.#call = call;
    for (const outcome of OUTCOMES) beginAtZero(histogram, { dependency, operation, outcome });
    this.#span = { name, kind: 'client', ...(attributes && { attributes }), isFailure };
    this.#step = `${dependency} ${name}`;
  }

  /** Makes the call. Nothing is traced that belongs to no work, such as a readiness check. */
  async run<R>(send: () => Promise<R>): Promise<R> {
    const startedAt = performance.now();
    let outcome: Outcome = 'ok';
    try {
      return await (this.#call.waiting || !isRecording() ? send() : inSpan(this.#span, send));
    } catch (error) {
      if (this.#call.isFailure?.(error) ?? true) outcome = 'error';
      throw error;
    } finally {
      this.#finish(outcome, performance.now() - startedAt);
    }
  }

  #finish(outcome: Outcome, ms: number): void {
    const { dependency, operation, waiting } = this.#call;
    let series = this.#series[outcome];
    if (!series) {
      series = this.#histogram.labels(dependency, operation, outcome);
      this.#series[outcome] = series;
    }
    series.observe(ms / 1_000);
    if (waiting) return;
    recordStep(this.#step, ms);
    if (isRecording())
      noteExemplar(this.#registry, {
        ...{ name: 'dependency_call_duration_seconds', buckets: LATENCY_BUCKETS_SECONDS, value: ms / 1_000 },
        labels: { dependency, operation, outcome },
      });
  }
}

const begun = new WeakMap<object, Set<string>>();

/**
 * Shows a series before its first observation, since a rate begins with the second value. Calls of several tables and clients share a
 * series, which must not begin again.
 */
function beginAtZero(histogram: Histogram<CallLabel>, labels: Record<CallLabel, string>): void {
  const series = begun.get(histogram) ?? new Set();
  begun.set(histogram, series);
  const key = Object.values(labels).join(' ');
  if (!series.has(key)) histogram.zero(labels);
  series.add(key);
}

/** Several clients of one process share a registry. */
function reuse<M>(registry: Registry, name: string, create: (name: string) => M): M {
  return (registry.getSingleMetric(name) as M | undefined) ?? create(name);
}
