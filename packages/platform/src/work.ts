/**
 * The unit of work that the current call belongs to: a request, a message or an RPC. It follows asynchronous calls by
 * itself (AsyncLocalStorage), names itself in every log line, and collects the duration of each step for the one line that
 * sums the work up.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { TraceContext } from './tracing/trace-context.js';

/** Fields of every log line that is written during the work. */
export interface WorkFields {
  request_id?: string;
  order_id?: string;
  trace_id?: string;
  /** Attempt of the order protocol. */
  attempt?: number;
}

/** A unit of work. */
export interface Work {
  /** Shared by everything that belongs to the work. */
  readonly fields: WorkFields;
  /** Span that new spans and outgoing calls are children of. */
  readonly span: TraceContext | undefined;
  /** Other spans that new spans relate to: those of the other entries of a batch. */
  readonly links: readonly TraceContext[];
  /** Milliseconds by step. A step that was taken more than once counts in full. */
  readonly steps: Map<string, number>;
}

const storage = new AsyncLocalStorage<Work>();

/** Creates a unit of work. Undefined fields are left out. */
export function createWork(
  fields: { readonly [K in keyof WorkFields]?: WorkFields[K] | undefined },
  span?: TraceContext,
): Work {
  const work: Work = { fields: {}, span, links: [], steps: new Map() };
  assign(work.fields, fields);
  if (span) work.fields.trace_id ??= span.traceId;
  return work;
}

/** Runs `action` as part of the work. */
export function runWork<R>(work: Work, action: () => R): R {
  return storage.run(work, action);
}

/** Returns a callback that runs as part of the current work, wherever it is called from. */
export function bindWork<A extends unknown[]>(callback: (...args: A) => void): (...args: A) => void {
  const work = storage.getStore();
  return work ? (...args) => storage.run(work, callback, ...args) : callback;
}

/** Returns the current work; undefined outside of any. */
export function currentWork(): Work | undefined {
  return storage.getStore();
}

/** Adds fields to every later log line of the current work. Without work it does nothing. */
export function addFields(fields: { readonly [K in keyof WorkFields]?: WorkFields[K] | undefined }): void {
  const work = storage.getStore();
  if (work) assign(work.fields, fields);
}

/** Returns a new object with the fields of the current work: the `mixin` of loggers. */
export function currentFields(): WorkFields {
  return { ...storage.getStore()?.fields };
}

/** Runs `action` under a span of the same work. */
export function runUnder<R>(span: TraceContext, links: readonly TraceContext[], action: () => R): R {
  const work = storage.getStore() ?? createWork({}, span);
  return storage.run({ ...work, span, links }, action);
}

/** Runs `action` outside of any work. */
export function leaveWork<R>(action: () => R): R {
  return storage.exit(action);
}

/** Adds the duration of a step, in milliseconds, to the current work. */
export function recordStep(name: string, milliseconds: number): void {
  const steps = storage.getStore()?.steps;
  if (steps) steps.set(name, (steps.get(name) ?? 0) + milliseconds);
}

/** Runs a step and adds its duration to the current work, also when it fails. */
export async function step<R>(name: string, action: () => Promise<R>): Promise<R> {
  const startedAt = performance.now();
  try {
    return await action();
  } finally {
    recordStep(name, performance.now() - startedAt);
  }
}

/** Returns the steps of the current work, in milliseconds with one decimal. */
export function currentSteps(): Record<string, number> {
  const work = storage.getStore();
  return work ? stepsOf(work) : {};
}

/** Returns the steps of a work, in milliseconds with one decimal. */
export function stepsOf({ steps }: Work): Record<string, number> {
  const rounded: Record<string, number> = {};
  steps.forEach((ms, name) => {
    rounded[name] = roundMs(ms);
  });
  return rounded;
}

/** Rounds milliseconds to one decimal. */
export function roundMs(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

function assign(
  target: WorkFields,
  fields: { readonly [K in keyof WorkFields]?: WorkFields[K] | undefined },
): void {
  const { request_id, order_id, trace_id, attempt } = fields;
  if (request_id !== undefined) target.request_id = request_id;
  if (order_id !== undefined) target.order_id = order_id;
  if (trace_id !== undefined) target.trace_id = trace_id;
  if (attempt !== undefined) target.attempt = attempt;
}
