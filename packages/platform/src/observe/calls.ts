/** Durations and errors of calls to AWS and Redis, with their spans and their share of the work's steps. */
import { Counter, Histogram } from 'prom-client';
import { noteExemplar } from '../exemplars.js';
import { LATENCY_BUCKETS_SECONDS, type Registry } from '../metrics.js';
import { inSpan, isTracing, type SpanAttributes } from '../tracing/tracer.js';
import { currentWork, recordStep } from '../work.js';

/** A dependency that calls go to. */
export type DependencyName = 'dynamodb' | 'sqs' | 'sns' | 'redis';

/** A call to a dependency. */
export interface DependencyCall {
  readonly dependency: DependencyName;
  readonly operation: string;
  /** Table, for the names of spans and steps. */
  readonly target?: string;
  readonly attributes?: SpanAttributes;
  /** True for a long poll, whose duration says nothing about the dependency and which belongs to no work. */
  readonly waiting?: boolean;
  /** Returns false for an error that is an answer, such as a condition that does not hold. */
  readonly isFailure?: (error: unknown) => boolean;
}

type CallLabel = 'dependency' | 'operation' | 'outcome';

/** Measures calls. */
export class CallObserver {
  readonly #registry: Registry;
  readonly #durations: Histogram<CallLabel>;
  readonly #waits: Histogram<CallLabel>;
  readonly #units: Counter<'table'>;
  readonly #children = new Map<string, Histogram.Internal<CallLabel>>();

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

  /** Runs a call. */
  async observe<R>(call: DependencyCall, send: () => Promise<R>): Promise<R> {
    const { dependency, operation, target, attributes = {}, waiting = false, isFailure } = call;
    const name = target === undefined ? operation : `${operation} ${target}`;
    const startedAt = performance.now();
    let outcome = 'ok';
    try {
      // Nothing is traced that belongs to no work, such as a readiness check.
      if (waiting || !currentWork()?.span) return await send();
      return await inSpan({ name, kind: 'client', attributes, isFailure }, send);
    } catch (error) {
      if (isFailure?.(error) ?? true) outcome = 'error';
      throw error;
    } finally {
      const ms = performance.now() - startedAt;
      this.#child(waiting, dependency, operation, outcome).observe(ms / 1_000);
      if (!waiting) {
        recordStep(`${dependency} ${name}`, ms);
        // Tracing that is off costs nothing more than this question.
        if (isTracing())
          noteExemplar(this.#registry, {
            ...{
              name: 'dependency_call_duration_seconds',
              buckets: LATENCY_BUCKETS_SECONDS,
              value: ms / 1_000,
            },
            labels: { dependency, operation, outcome },
          });
      }
    }
  }

  /** Returns the series of a call: finding it by its labels costs more than the observation. */
  #child(
    waiting: boolean,
    dependency: string,
    operation: string,
    outcome: string,
  ): Histogram.Internal<CallLabel> {
    const key = `${waiting} ${dependency} ${operation} ${outcome}`;
    const known = this.#children.get(key);
    if (known) return known;
    const child = (waiting ? this.#waits : this.#durations).labels(dependency, operation, outcome);
    this.#children.set(key, child);
    return child;
  }

  /** Counts write capacity units of a table. */
  countWriteUnits(table: string, units: number): void {
    this.#units.inc({ table }, units);
  }
}

/** Several clients of one process share a registry. */
function reuse<M>(registry: Registry, name: string, create: (name: string) => M): M {
  return (registry.getSingleMetric(name) as M | undefined) ?? create(name);
}
