/**
 * Wraps every method of a service on both listeners: measures, traces, logs, refuses late calls, and hides internal
 * errors.
 */
import type { DescMethod } from '@bufbuild/protobuf';
import { Code, ConnectError, type HandlerContext } from '@connectrpc/connect';
import type { Logger } from '../logger.js';
import { startEntrySpan } from '../tracing/tracer.js';
import { currentSteps, roundMs, runWork } from '../work.js';
import { codeLabel } from './codes.js';
import { workOf } from './context.js';
import type { ObserveCall } from './rpc-metrics.js';
import { methodName, methodsOf, type RpcService, type ServedMethod } from './service.js';
import { rpcAttributes } from './traced-calls.js';

/** Options of the guard: the destinations of its reports. */
export interface GuardOptions {
  readonly logger: Logger;
  readonly observe: ObserveCall;
}

/** The same service with every method guarded. */
export function guardService(service: RpcService, options: GuardOptions): RpcService {
  const implementation: Record<string, unknown> = {};
  for (const spec of methodsOf(service)) implementation[spec.method.localName] = guardMethod(spec, options);
  return { ...service, implementation: implementation as RpcService['implementation'] };
}

function guardMethod(spec: ServedMethod, { logger, observe }: GuardOptions) {
  const name = methodName(spec.method);
  const fail = (error: unknown): ConnectError => toPublicError(error, spec.method, logger);
  const finish = (code: Code | undefined, startedAt: number) => {
    observe(spec.method, code, startedAt);
    const duration_ms = roundMs(performance.now() - startedAt);
    logger.info({ method: name, code: codeLabel(code), duration_ms, steps: currentSteps() }, 'call served');
  };
  switch (spec.kind) {
    case 'unary':
      return (request: never, context: HandlerContext) => {
        const { work, parent } = workOf(request, context);
        return runWork(work, async () => {
          const startedAt = performance.now();
          const span = startEntrySpan(work.span, parent, () => toServerSpan(spec.method));
          try {
            refuseLate(context);
            const response = await spec.impl(request, context);
            finish(undefined, startedAt);
            return response;
          } catch (error) {
            const failure = fail(error);
            span.set({ 'rpc.grpc.status_code': failure.code });
            span.fail(failure);
            finish(failure.code, startedAt);
            throw failure;
          } finally {
            span.end();
          }
        });
      };
    case 'server_streaming':
      return async function* (request: never, context: HandlerContext) {
        const startedAt = performance.now();
        let code: Code | undefined;
        try {
          refuseLate(context);
          yield* spec.impl(request, context);
        } catch (error) {
          const failure = fail(error);
          code = failure.code;
          throw failure;
        } finally {
          observe(spec.method, code, startedAt);
        }
      };
  }
}

function toServerSpan(method: DescMethod) {
  return { name: methodName(method), kind: 'server', attributes: rpcAttributes(method) } as const;
}

/** Refuses a call whose deadline has passed: its response would be lost, so it must have no effect either. */
function refuseLate(context: HandlerContext): void {
  const leftMs = context.timeoutMs();
  if (leftMs !== undefined && leftMs <= 0)
    throw new ConnectError('the deadline passed before the call began', Code.DeadlineExceeded);
}

/**
 * Returns a ConnectError unchanged, as it is meant for the caller. Any other error is logged here and hidden from the
 * caller.
 */
function toPublicError(error: unknown, method: DescMethod, logger: Logger): ConnectError {
  if (error instanceof ConnectError) return error;
  logger.error({ err: error, method: methodName(method) }, 'an RPC failed unexpectedly');
  return new ConnectError('internal error', Code.Internal);
}
