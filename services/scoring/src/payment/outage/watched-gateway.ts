/** Watches a payment provider: stops calls while it is down, and pings it until it is up. */
import type { Logger } from '@order-pipeline/platform/logger';
import type { ServiceStatus } from '@order-pipeline/platform/rpc/server';
import type { Timers } from '@order-pipeline/platform/timers';
import { GatewayDownError, UnavailableError } from '../../errors.js';
import type {
  GatewayAnswer,
  GatewayAuthorization,
  GatewayPayment,
  GatewayRefund,
  GatewayRefundAnswer,
  OpenAuthorizationsPage,
  OpenAuthorizationsQuery,
  PaymentGateway,
} from '../gateway.js';
import {
  decidePingDelayMs,
  type GatewayEvent,
  type GatewayState,
  nextGatewayState,
  type OutageLimits,
  UP,
} from './decide.js';

/** Dependencies and options of a {@link WatchedGateway}. */
export interface WatchedGatewayOptions {
  readonly gateway: PaymentGateway;
  /** Time limit of a ping, in milliseconds. */
  readonly pingTimeoutMs: number;
  readonly limits?: OutageLimits;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** Down after a failed call and a failed ping, or two failed pings; up after two good pings, one a second. */
export const DEFAULT_OUTAGE_LIMITS: OutageLimits = {
  pingsToDown: 2,
  pingsToUp: 2,
  idlePingMs: 5_000,
  alertPingMs: 1_000,
};

/**
 * A gateway that knows whether its provider is down. While it is, calls are refused with GatewayDownError, and the health
 * of the payment service follows: callers pause instead of spending their attempts.
 */
export class WatchedGateway implements PaymentGateway, ServiceStatus {
  readonly #options: WatchedGatewayOptions;
  readonly #limits: OutageLimits;
  readonly #listeners: (() => void)[] = [];
  #state: GatewayState = UP;
  #cancelPing: () => void = () => undefined;
  #pinging = false;
  #closed = false;

  constructor(options: WatchedGatewayOptions) {
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_OUTAGE_LIMITS;
    this.#schedulePing();
  }

  get isServing(): boolean {
    return this.#state.kind === 'up';
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  authorize(payment: GatewayAuthorization, signal: AbortSignal): Promise<GatewayAnswer> {
    return this.#watch((gateway) => gateway.authorize(payment, signal), signal);
  }

  capture(payment: GatewayPayment, signal: AbortSignal): Promise<'captured' | 'voided'> {
    return this.#watch((gateway) => gateway.capture(payment, signal), signal);
  }

  void(payment: GatewayPayment, signal: AbortSignal): Promise<'voided' | 'captured'> {
    return this.#watch((gateway) => gateway.void(payment, signal), signal);
  }

  refund(refund: GatewayRefund, signal: AbortSignal): Promise<GatewayRefundAnswer> {
    return this.#watch((gateway) => gateway.refund(refund, signal), signal);
  }

  listOpen(query: OpenAuthorizationsQuery, signal: AbortSignal): Promise<OpenAuthorizationsPage> {
    return this.#watch((gateway) => gateway.listOpen(query, signal), signal);
  }

  ping(signal: AbortSignal): Promise<void> {
    return this.#options.gateway.ping(signal);
  }

  /** Stops pinging. */
  close(): void {
    this.#closed = true;
    this.#cancelPing();
  }

  async #watch<T>(call: (gateway: PaymentGateway) => Promise<T>, signal: AbortSignal): Promise<T> {
    if (!this.isServing) throw new GatewayDownError('The payment provider is down');
    try {
      return await call(this.#options.gateway);
    } catch (error) {
      if (signal.aborted || error instanceof UnavailableError) {
        this.#on('call-failed');
        // Pings at once, so that the next caller does not wait for the next scheduled ping.
        this.#cancelPing();
        void this.#ping();
      }
      throw error;
    }
  }

  async #ping(): Promise<void> {
    if (this.#pinging || this.#closed) return;
    this.#pinging = true;
    const stop = new AbortController();
    const cancelTimeout = this.#options.timers.after(this.#options.pingTimeoutMs, () => stop.abort());
    try {
      await this.#options.gateway.ping(stop.signal);
      this.#on('ping-succeeded');
    } catch {
      this.#on('ping-failed');
    } finally {
      cancelTimeout();
      this.#pinging = false;
      this.#schedulePing();
    }
  }

  #schedulePing(): void {
    if (this.#closed) return;
    this.#cancelPing = this.#options.timers.after(decidePingDelayMs(this.#state, this.#limits), () => {
      void this.#ping();
    });
  }

  #on(event: GatewayEvent): void {
    const before = this.#state.kind;
    this.#state = nextGatewayState(this.#state, event, this.#limits);
    if (this.#state.kind === before) return;
    this.#options.logger.warn({ serving: this.isServing }, 'payment provider changed');
    for (const listener of this.#listeners) listener();
  }
}
