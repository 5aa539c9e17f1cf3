/** Stops calling a service that is down, and probes until it is up again. */
import { ConnectError } from '@connectrpc/connect';
import type { Logger } from '../logger.js';
import type { Timers } from '../timers.js';
import { failureCode } from './codes.js';
import {
  type BreakerEvent,
  type BreakerLimits,
  type BreakerState,
  CLOSED,
  nextBreakerState,
} from './decide/breaker.js';
import { countsAgainstService, type Failure } from './decide/failure.js';
import { createOutageError } from './outage.js';

/** State of a circuit breaker, for callers that can wait instead of failing. */
export interface Breaker {
  /** True while calls are refused. */
  readonly isOpen: boolean;
  /** Calls the listener whenever `isOpen` changes. */
  onChange(listener: (open: boolean) => void): void;
}

/** Options of a {@link ProbingBreaker}. */
export interface BreakerOptions extends BreakerLimits {
  /** Named in errors and logs. */
  readonly service: string;
  /** Checks the service's health; rejects when it does not serve. The only call made while the breaker is open. */
  readonly probe: () => Promise<void>;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** Returns how a call failed. Takes any ConnectError of a call. */
export function failureOf(error: unknown): Failure {
  const { code, isWireError } = ConnectError.from(error);
  return { code: failureCode(code), answered: isWireError };
}

/** A breaker that probes the service's health, so that no order serves as the probe. */
export class ProbingBreaker implements Breaker {
  readonly #options: BreakerOptions;
  readonly #listeners: ((open: boolean) => void)[] = [];
  #state: BreakerState = CLOSED;
  #cancelProbe: () => void = () => undefined;
  /** The health check under way, for all who ask for one meanwhile. */
  #check: Promise<boolean> | undefined;
  #stopped = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#state.kind === 'open';
  }

  onChange(listener: (open: boolean) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Makes the call. An error with a business code counts as a success, since the service answered; a call that its
   * caller aborted counts as neither.
   *
   * @throws {ConnectError} UNAVAILABLE, at once, while the breaker is open; see `outageOf`.
   */
  async run<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { service } = this.#options;
    if (this.isOpen) throw createOutageError(`${service} does not respond; calls are suspended`, service);
    try {
      const result = await call();
      this.#on('call-succeeded');
      return result;
    } catch (error) {
      if (!signal?.aborted)
        this.#on(countsAgainstService(failureOf(error)) ? 'call-failed' : 'call-succeeded');
      throw error;
    }
  }

  /**
   * Checks the service's health now. The second check in a row that fails opens the breaker. A check that passes closes nothing:
   * the probes of an open breaker keep their pace. Never rejects.
   */
  isServing(): Promise<boolean> {
    this.#check ??= this.#options
      .probe()
      .then(
        () => true,
        () => false,
      )
      .then((serving) => {
        this.#on(serving ? 'check-passed' : 'check-failed');
        return serving;
      })
      .finally(() => {
        this.#check = undefined;
      });
    return this.#check;
  }

  /** Stops probing. */
  close(): void {
    this.#stopped = true;
    this.#cancelProbe();
  }

  #on(event: BreakerEvent): void {
    const { service, logger, timers } = this.#options;
    const before = this.#state;
    const after = nextBreakerState(before, event, this.#options, timers.now());
    this.#state = after;
    if (after.kind === 'open' && (before.kind === 'closed' || event === 'probe-failed'))
      this.#scheduleProbe(after.probeIntervalMs);
    if (after.kind === before.kind) return;
    logger.warn({ service, open: this.isOpen }, 'circuit breaker changed');
    for (const listener of this.#listeners) listener(this.isOpen);
  }

  #scheduleProbe(delayMs: number): void {
    if (this.#stopped) return;
    this.#cancelProbe = this.#options.timers.after(delayMs, () => {
      this.#options.probe().then(
        () => this.#on('probe-succeeded'),
        () => this.#on('probe-failed'),
      );
    });
  }
}
