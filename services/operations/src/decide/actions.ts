/** Actions that an order's state allows. */
import type { OrderStatus } from '@order-pipeline/contracts/orders';

/** An action of an operator. */
export type OrderAction = 'cancel' | 'fail' | 'resume' | 'refund' | 'reauthorize' | 'write-off';

/** The state that actions follow from. */
export interface ActionState {
  readonly status: OrderStatus;
  /** True while a worker's lease has not expired. */
  readonly leased: boolean;
  readonly paymentProblem?: string | undefined;
  readonly paymentState?: string | undefined;
  /** Paid and not refunded, in the minor unit. */
  readonly refundable: number;
}

/** Returns the actions in the order in which they are offered. */
export function allowedActions(state: ActionState): OrderAction[] {
  const { status, leased, paymentProblem, paymentState, refundable } = state;
  switch (status) {
    case 'PENDING':
      return ['cancel'];
    case 'PROCESSING':
      return leased ? ['cancel'] : ['cancel', 'resume', 'fail'];
    case 'COMPLETED':
      if (paymentProblem === 'CAPTURE_FAILED') return ['reauthorize', 'write-off'];
      return paymentState === 'CAPTURED' && refundable > 0 ? ['refund'] : [];
    default:
      return [];
  }
}
