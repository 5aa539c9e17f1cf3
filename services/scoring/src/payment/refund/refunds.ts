/** Refunds captured payments: reserves in the ledger, calls the gateway, writes the result. */
import type { Clock } from '@order-pipeline/platform/clock';
import { ConditionFailedError } from '@order-pipeline/platform/dynamo/errors';
import type { Counter } from 'prom-client';
import { NotFoundError, OutcomeUnknownError, RefusedError } from '../../errors.js';
import { gatewayKey, type LedgerEntry } from '../decide.js';
import type { GatewayRefundAnswer, PaymentGateway } from '../gateway.js';
import type { PaymentStore } from '../store.js';
import {
  decideRefund,
  type LedgerRefund,
  type RefundRequest,
  type RefundState,
  withRefund,
} from './decide.js';

/** Dependencies and options of {@link Refunds}. */
export interface RefundsDeps {
  readonly store: PaymentStore;
  readonly gateway: PaymentGateway;
  /** Time after which the gateway's response counts as unknown, in milliseconds. */
  readonly gatewayTimeoutMs: number;
  readonly clock: Clock;
  /** Counts refunds that took effect, by the state that they reached. */
  readonly transitions: Counter<'state'>;
}

/** A ledger entry and the refund that a call was about. */
export interface Refunded {
  readonly entry: LedgerEntry;
  readonly refund: LedgerRefund;
}

/** Refunds, idempotent by order and refund id. A crash leaves a PENDING refund, which a repeat completes. */
export class Refunds {
  readonly #deps: RefundsDeps;

  constructor(deps: RefundsDeps) {
    this.#deps = deps;
  }

  /**
   * Pays back.
   *
   * @throws {NotFoundError} without a payment
   * @throws {RefusedError} when the payment is not captured, less than the amount is left, or the gateway refuses
   * @throws {OutcomeUnknownError} when the gateway's response is unknown: the refund is PENDING, ask again
   */
  async refund(orderId: string, request: RefundRequest): Promise<Refunded> {
    let entry = await this.#deps.store.find(orderId);
    for (;;) {
      const step = decideRefund(entry, request);
      if (step.step === 'missing' || !entry) throw new NotFoundError(`Order ${orderId} has no payment`);
      if (step.step === 'refuse') throw new RefusedError(`Order ${orderId}: ${step.reason}`);
      if (step.step === 'keep') return { entry, refund: step.refund };
      if (step.step === 'ask') return await this.#ask(entry, step.refund);
      try {
        entry = await this.#write(entry, this.#toPending(request, step.amount));
      } catch (error) {
        entry = currentOf(error);
      }
    }
  }

  async #ask(entry: LedgerEntry, refund: LedgerRefund): Promise<Refunded> {
    const { gateway, gatewayTimeoutMs } = this.#deps;
    const signal = AbortSignal.timeout(gatewayTimeoutMs);
    const { order_id: orderId, reauthorizations = 0, gateway_reference: reference, currency } = entry;
    const { refund_id: refundId, amount } = refund;
    const idempotencyKey = gatewayKey(orderId, reauthorizations);
    let answer: GatewayRefundAnswer;
    try {
      answer = await gateway.refund({ idempotencyKey, reference, refundId, amount, currency }, signal);
    } catch (error) {
      if (error instanceof RefusedError) {
        await this.finish(entry, refundId, 'FAILED', '');
        throw error;
      }
      if (!signal.aborted) throw error;
      throw new OutcomeUnknownError('The gateway did not answer in time: ask again', { cause: error });
    }
    return await this.finish(entry, refundId, 'DONE', answer.reference);
  }

  /** Writes what became of a refund. One that has left PENDING stays, unless a made one is returned by the bank. */
  async finish(
    seen: LedgerEntry,
    refundId: string,
    state: Exclude<RefundState, 'PENDING'>,
    reference: string,
  ): Promise<Refunded> {
    let entry = seen;
    for (;;) {
      const refund = entry.refunds?.find(({ refund_id }) => refund_id === refundId);
      if (!refund) throw new NotFoundError(`Order ${entry.order_id} has no refund ${refundId}`);
      if (refund.state === state || refund.state === 'FAILED') return { entry, refund };
      const next = {
        ...refund,
        state,
        gateway_reference: reference || refund.gateway_reference,
        updated_at: this.#now(),
      };
      try {
        entry = await this.#write(entry, next);
        this.#deps.transitions.inc({ state: `refund_${state.toLowerCase()}` });
      } catch (error) {
        entry = currentOf(error);
      }
    }
  }

  /** Writes a refund that was made at the provider by hand. It is recorded even where the ledger would not allow it. */
  async adopt(
    orderId: string,
    refund: Omit<LedgerRefund, 'sequence' | 'refunded_total' | 'updated_at'>,
  ): Promise<void> {
    let entry = await this.#deps.store.find(orderId);
    while (entry) {
      if (entry.refunds?.some(({ refund_id }) => refund_id === refund.refund_id)) return;
      try {
        await this.#write(entry, { ...refund, sequence: 0, refunded_total: 0, updated_at: this.#now() });
        this.#deps.transitions.inc({ state: `refund_${refund.state.toLowerCase()}` });
        return;
      } catch (error) {
        entry = currentOf(error);
      }
    }
  }

  async #write(entry: LedgerEntry, refund: LedgerRefund): Promise<LedgerEntry> {
    return await this.#deps.store.setRefunds(entry, withRefund(entry, refund));
  }

  #toPending({ refundId, reason }: RefundRequest, amount: number): LedgerRefund {
    return {
      refund_id: refundId,
      amount,
      state: 'PENDING',
      reason,
      gateway_reference: '',
      sequence: 0,
      refunded_total: 0,
      updated_at: this.#now(),
    };
  }

  #now(): string {
    return new Date(this.#deps.clock()).toISOString();
  }
}

/** Returns the current entry of a failed condition; rethrows any other error. */
function currentOf(error: unknown): LedgerEntry {
  if (!(error instanceof ConditionFailedError) || !error.current) throw error;
  return error.current as LedgerEntry;
}
