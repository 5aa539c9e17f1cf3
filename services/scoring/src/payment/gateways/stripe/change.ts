/** Stripe's events, as changes of payments. */
import type Stripe from 'stripe';
import type { ProviderChange } from '../../provider-change.js';
import { KEY_METADATA } from './find.js';
import { fromStripeAmount } from './methods.js';
import { REFUND_METADATA } from './refund.js';

/** Events that the webhook endpoint has to receive. All others are ignored. */
const STRIPE_EVENTS = [
  'payment_intent.canceled',
  'charge.dispute.created',
  'charge.dispute.closed',
  'refund.created',
  'refund.updated',
  'refund.failed',
] as const;

/** Returns the id of the PaymentIntent that an event is about, or `undefined` when it is about none. */
export function intentIdOf(event: Stripe.Event): string | undefined {
  if (!isKnown(event)) return undefined;
  const { object } = event.data;
  if (object.object === 'payment_intent') return object.id;
  const { payment_intent: intent } = object;
  return typeof intent === 'string' ? intent : intent?.id;
}

type KnownEvent = Extract<Stripe.Event, { readonly type: (typeof STRIPE_EVENTS)[number] }>;

function isKnown(event: Stripe.Event): event is KnownEvent {
  return (STRIPE_EVENTS as readonly string[]).includes(event.type);
}

/** Returns the change of the payment of `intent` that an event reports, or `undefined` when it reports none or is not ours. */
export function toProviderChange(
  event: Stripe.Event,
  { metadata, amount_received }: Pick<Stripe.PaymentIntent, 'metadata' | 'amount_received'>,
): ProviderChange | undefined {
  const idempotencyKey = metadata[KEY_METADATA];
  if (!idempotencyKey || !isKnown(event)) return undefined;
  switch (event.type) {
    case 'payment_intent.canceled':
      return { kind: 'problem', idempotencyKey, problem: 'AUTHORIZATION_GONE' };
    case 'charge.dispute.created':
      return { kind: 'problem', idempotencyKey, problem: 'DISPUTED' };
    case 'charge.dispute.closed':
      return event.data.object.status === 'lost'
        ? { kind: 'problem', idempotencyKey, problem: 'DISPUTE_LOST' }
        : { kind: 'problem-solved', idempotencyKey };
    default:
      // Stripe releases an uncaptured authorization by a refund of its charge, too: that is no refund.
      return amount_received === 0 ? undefined : toRefundChange(idempotencyKey, event.data.object);
  }
}

function toRefundChange(idempotencyKey: string, refund: Stripe.Refund): ProviderChange {
  const own = refund.metadata?.[REFUND_METADATA];
  return {
    kind: 'refund',
    idempotencyKey,
    refundId: own ?? refund.id,
    own: own !== undefined,
    reference: refund.id,
    amount: fromStripeAmount(refund.amount, refund.currency),
    state: stateOf(refund.status),
  };
}

function stateOf(status: string | null): 'PENDING' | 'DONE' | 'FAILED' {
  if (status === 'failed' || status === 'canceled') return 'FAILED';
  return status === 'succeeded' ? 'DONE' : 'PENDING';
}
