/** Interface of a payment provider as the payment service uses it. One adapter for each provider. */

/** A payment to set aside. */
export interface GatewayAuthorization {
  /** Ties repeats together: the provider acts once for a key and returns the same response to repeats. */
  readonly idempotencyKey: string;
  /** In the minor unit of `currency`. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
  /** The payment method's token at the provider; empty for its default. Never logged. */
  readonly paymentMethod: string;
  /**
   * Time at which the order was placed, in epoch milliseconds: no earlier call was made under the key. Unknown when
   * absent.
   */
  readonly orderedAt?: number | undefined;
}

/** A payment that the gateway may know: by its reference, or by the key alone where no reference has reached us. */
export interface GatewayPayment {
  readonly idempotencyKey: string;
  /** The gateway's name for the payment, empty where its response was lost. */
  readonly reference: string;
}

/** A refund of a captured payment. */
export interface GatewayRefund extends GatewayPayment {
  /** Ties repeats together, within the payment. */
  readonly refundId: string;
  /** In the minor unit of `currency`. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** A refund that the provider has made, or will make. */
export interface GatewayRefundAnswer {
  /** The provider's name for the refund. */
  readonly reference: string;
}

/** Selection of the open authorizations to list. */
export interface OpenAuthorizationsQuery {
  /** Younger ones are left out. Epoch milliseconds. */
  readonly authorizedBefore: number;
  readonly pageSize: number;
  /** End of the previous page; empty for the first one. */
  readonly pageToken: string;
}

/** A page of authorizations that are open at the provider. */
export interface OpenAuthorizationsPage {
  readonly authorizations: readonly (GatewayPayment & {
    /** Epoch milliseconds. */
    readonly authorizedAt: number;
  })[];
  /** Empty after the last page. */
  readonly nextPageToken: string;
}

/** Response of the provider to an authorization. */
export type GatewayAnswer =
  | { readonly approved: true; readonly reference: string }
  | { readonly approved: false; readonly reference: string; readonly declineCode: string };

/**
 * A payment provider. Every call
 * - returns: the provider has acted, now or at an earlier call under the same key;
 * - throws UnavailableError: the provider has not acted, and a repeat may succeed;
 * - throws OutcomeUnknownError, or is cut off by `signal`: the outcome is unknown until a repeat under the same key.
 *
 * The provider is the arbiter between capture and void: whichever it does first bars the other.
 */
export interface PaymentGateway {
  /** Sets money aside. */
  authorize(payment: GatewayAuthorization, signal: AbortSignal): Promise<GatewayAnswer>;
  /**
   * Charges what was set aside. Returns `voided` when there is nothing to charge any more: a void came first, here or by
   * hand at the provider, or the authorization has lapsed.
   */
  capture(payment: GatewayPayment, signal: AbortSignal): Promise<'captured' | 'voided'>;
  /** Releases the authorized amount, if any. Returns `captured` when a capture came first. */
  void(payment: GatewayPayment, signal: AbortSignal): Promise<'voided' | 'captured'>;
  /**
   * Pays a captured payment back, in part or in full. Throws RefusedError when it is not captured or less than the amount is
   * left of it.
   */
  refund(refund: GatewayRefund, signal: AbortSignal): Promise<GatewayRefundAnswer>;
  /** Lists authorizations that are neither captured nor voided, the oldest of a page first. */
  listOpen(query: OpenAuthorizationsQuery, signal: AbortSignal): Promise<OpenAuthorizationsPage>;
  /** Resolves when the provider can take payments, rejects otherwise. Has no effect and costs next to nothing. */
  ping(signal: AbortSignal): Promise<void>;
}
