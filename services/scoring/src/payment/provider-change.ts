/** Changes that happen at the provider without us: by its own time limits, by hand, or by the customer's bank. */

import type { Logger } from '@order-pipeline/platform/logger';
import type { Counter } from 'prom-client';
import { type ProviderProblem, parseGatewayKey } from './decide.js';
import type { Refunds } from './refund/refunds.js';
import type { PaymentStore } from './store.js';

/** A change at the provider. */
export type ProviderChange = {
  /** Key of the payment's authorization. */
  readonly idempotencyKey: string;
} & (
  | { readonly kind: 'problem'; readonly problem: ProviderProblem }
  /** A dispute was won, or withdrawn. */
  | { readonly kind: 'problem-solved' }
  | {
      readonly kind: 'refund';
      /** Our own id, or the provider's for a refund that was made there. */
      readonly refundId: string;
      readonly own: boolean;
      readonly reference: string;
      /** In the minor unit. */
      readonly amount: number;
      readonly state: 'PENDING' | 'DONE' | 'FAILED';
    }
);

/** Dependencies of {@link applyProviderChange}. */
export interface ProviderChangeDeps {
  readonly store: PaymentStore;
  readonly refunds: Refunds;
  readonly logger: Logger;
  /** Counts changes by kind. */
  readonly changes: Counter<'kind'>;
}

/**
 * Writes a change to the ledger, where the reconciler, operators and later calls find it. Repeating it changes nothing. An
 * authorization that is gone stays AUTHORIZED: its order's settlement makes it VOIDED or CAPTURE_FAILED.
 */
export async function applyProviderChange(deps: ProviderChangeDeps, change: ProviderChange): Promise<void> {
  const { store, refunds, logger, changes } = deps;
  const { orderId } = parseGatewayKey(change.idempotencyKey);
  const entry = await store.find(orderId);
  changes.inc({ kind: change.kind });
  if (!entry) {
    logger.warn(
      { order_id: orderId, kind: change.kind },
      'the provider reports a payment without a ledger entry',
    );
    return;
  }
  if (change.kind === 'problem-solved') await store.setProblem(orderId, undefined);
  else if (change.kind === 'problem') {
    if (change.problem === 'AUTHORIZATION_GONE' && entry.state !== 'AUTHORIZED') return;
    await store.setProblem(orderId, change.problem);
    logger.warn(
      { order_id: orderId, problem: change.problem },
      'the provider reports a problem with a payment',
    );
  } else {
    const { refundId, own, reference, amount, state } = change;
    const known = entry.refunds?.find(({ refund_id }) => refund_id === refundId);
    if (known && state !== 'PENDING') await refunds.finish(entry, refundId, state, reference);
    else if (!known)
      await refunds.adopt(orderId, {
        refund_id: refundId,
        amount,
        // A refund that the provider has accepted counts as done: a later failure arrives as an event.
        state: state === 'FAILED' ? 'FAILED' : 'DONE',
        reason: own ? 'found at the provider' : 'made at the provider',
        gateway_reference: reference,
      });
  }
}
