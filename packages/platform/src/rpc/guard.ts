/** Stands around every method of a service on both listeners: measures, refuses late calls, and keeps errors in. */
import type { DescMethod } from '@bufbuild/protobuf';
import { Code, ConnectError, type HandlerContext } from '@connectrpc/connect';
import type { Logger } from '../logger.js';
import { callerOf } from './context.js';
import type { ObserveCall } from './rpc-metrics.js';
import { methodName, methodsOf, type RpcService, type ServedMethod } from './service.js';

/** What the guard reports to. */
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
  const fail = (error: unknown, context: HandlerContext): ConnectError =>
    toPublicError(error, spec.method, context, logger);
  switch (spec.kind) {
    case 'unary':
      return async (request: never, context: HandlerContext) => {
        const startedAt = performance.now();
        try {
          refuseLate(context);
          const response = await spec.impl(request, context);
          observe(spec.method, undefined, startedAt);
          return response;
        } catch (error) {
          const failure = fail(error, context);
          observe(spec.method, failure.code, startedAt);
          throw failure;
        }
      };
    case 'server_streaming':
      return async function* (request: never, context: HandlerContext) {
        const startedAt = performance.now();
        let code: Code | undefined;
        try {
          refuseLate(context);
          yield* spec.impl(request, context);
        } catch (error) {
          const failure = fail(error, context);
          code = failure.code;
          throw failure;
        } finally {
          observe(spec.method, code, startedAt);
        }
      };
  }
}

/** Nobody waits for the answer to a call whose deadline has passed: it must have no effect either. */
function refuseLate(context: HandlerContext): void {
  const leftMs = context.timeoutMs();
  if (leftMs !== undefined && leftMs <= 0)
    throw new ConnectError('the deadline passed before the call began', Code.DeadlineExceeded);
}

/** A ConnectError was meant for the caller. Anything else is logged here and told to nobody. */
function toPublicError(
  error: unknown,
  method: DescMethod,
  context: HandlerContext,
  logger: Logger,
): ConnectError {
  if (error instanceof ConnectError) return error;
  const { requestId } = callerOf(context);
  logger.error(
    { err: error, method: methodName(method), request_id: requestId },
    'an RPC failed unexpectedly',
  );
  return new ConnectError('internal error', Code.Internal);
}
