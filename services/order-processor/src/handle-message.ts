/** From a message to its acknowledgement: decode, process, and class what failed. */
import { ConnectError } from '@connectrpc/connect';
import { decodeOrderPlaced } from '@order-pipeline/contracts/order-event';
import { FAILED_NOTICE_ATTRIBUTE } from '@order-pipeline/contracts/processed';
import type { Logger } from '@order-pipeline/platform/logger';
import { codeLabel } from '@order-pipeline/platform/rpc/codes';
import { addFields, currentSteps } from '@order-pipeline/platform/work';
import { type Acknowledgement, acknowledgeFailure, type Failure } from './decide/acknowledgement.js';
import { toRetryClass } from './decide/retry.js';
import type { ReceivedMessage } from './order-queue.js';
import { metOutage } from './outages.js';
import { type ProtocolDeps, processOrder } from './process-order.js';

/** An acknowledgement, with the error that led to it if there was one. */
export interface HandledMessage {
  readonly acknowledgement: Acknowledgement;
  readonly error?: unknown;
  /** Error of the message's first attempt that failed, on a dead letter. */
  readonly firstError?: string;
}

/** Works on one message. Never throws. */
export async function handleMessage(
  deps: ProtocolDeps,
  message: ReceivedMessage,
  signal: AbortSignal,
  logger: Logger,
): Promise<HandledMessage> {
  const { request_id: requestId, traceparent } = message.attributes;
  const { receiveCount } = message;
  const startedAt = deps.clock();
  let orderId: string | undefined;
  try {
    const order = decodeOrderPlaced(message.body);
    orderId = order.order_id;
    addFields({ order_id: orderId });
    if (message.attributes[FAILED_NOTICE_ATTRIBUTE]) {
      if (await deps.store.noteCounted(orderId, 'FAILED')) deps.onEnded?.(orderId, 'FAILED');
      return { acknowledgement: { kind: 'delete' } };
    }
    const processed = await processOrder(deps, { order, requestId, traceparent, receiveCount, signal });
    if (processed.kind === 'busy') {
      const delayMs = Math.max(1_000, processed.until - deps.clock());
      deps.onForeignLease?.(processed.until);
      logger.info({ delay_ms: delayMs }, 'another worker is processing this order');
      return { acknowledgement: { kind: 'later', delayMs } };
    }
    logger.info(
      {
        status: processed.status,
        ...(processed.reason && { reason: processed.reason }),
        receive_count: receiveCount,
        duration_ms: deps.clock() - startedAt,
        since_accepted_ms: deps.clock() - Date.parse(order.created_at),
        steps: currentSteps(),
      },
      'order settled',
    );
    return { acknowledgement: { kind: 'delete' } };
  } catch (error) {
    const retryClass = toRetryClass(errorName(error));
    const outage = deps.firstErrors.isUnsettled(orderId) || (await metOutage(deps.scoring, error, message));
    const failure = {
      retryClass,
      receiveCount,
      leaseLeftMs: startedAt + deps.config.leaseMs - deps.clock(),
      outage,
    };
    const acknowledgement = await acknowledge(deps, orderId, failure);
    const level = retryClass === 'later' && acknowledgement.kind !== 'dead-letter' ? 'warn' : 'error';
    logger[level](
      {
        err: error,
        message_id: message.id,
        retry_class: retryClass,
        receive_count: receiveCount,
        steps: currentSteps(),
        ...acknowledgement,
      },
      'order not finished',
    );
    const failed = { messageId: message.id, orderId, error };
    if (acknowledgement.kind === 'dead-letter')
      return { acknowledgement, error, firstError: await deps.firstErrors.find(failed) };
    await deps.firstErrors.note(failed, logger);
    return { acknowledgement, error };
  }
}

/**
 * Decides the fate of a message whose work failed. A dead letter may expire, and its order may be decided though no worker
 * ever learnt it: that is noted first, and while it cannot be, the message stays.
 */
async function acknowledge(
  { store, config }: ProtocolDeps,
  orderId: string | undefined,
  failure: Failure,
): Promise<Acknowledgement> {
  const decide = (outage: boolean) =>
    acknowledgeFailure({ ...failure, outage }, config.maxReceives, Math.random());
  const acknowledgement = decide(failure.outage);
  if (acknowledgement.kind !== 'dead-letter' || orderId === undefined) return acknowledgement;
  return store.noteSettlementDue(orderId).then(
    () => acknowledgement,
    () => decide(true),
  );
}

/** The name by which the retry table knows an error: the gRPC code, the system's code, or the error's own name. */
export function errorName(error: unknown): string {
  if (error instanceof ConnectError) return codeLabel(error.code);
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
