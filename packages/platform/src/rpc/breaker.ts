/** Stops calling a service that is gone, and finds out by itself when it is back. */
import { Code, ConnectError } from '@connectrpc/connect';
import { type CircuitBreakerPolicy, CircuitState, circuitBreaker, handleWhen } from 'cockatiel';
import type { Clock } from '../clock.js';
import type { Logger } from '../logger.js';
import { failureCode } from './codes.js';
import { countsAgainstService, type Failure, type StreakLimits } from './decide.js';
import { StreakBreaker } from './streak-breaker.js';

/** Whether calls to a service are refused, for those who can wait instead of failing. */
export interface Breaker {
  readonly isOpen: boolean;
  /** Calls the listener whenever `isOpen` changes. */
  onChange(listener: (open: boolean) => void): void;
}

/** How a breaker behaves. */
export interface BreakerOptions extends StreakLimits {
  /** Named in errors and logs. */
  readonly service: string;
  /** Asks the service whether it serves; rejects if not. The only call that is made while the breaker is open. */
  readonly probe: () => Promise<void>;
  /** How often an open breaker probes, in milliseconds. */
  readonly probeIntervalMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a failed try was. Any ConnectError of a call will do. */
export function failureOf(error: unknown): Failure {
  const { code, isWireError } = ConnectError.from(error);
  return { code: failureCode(code), answered: isWireError };
}

/** A breaker that probes by itself: no order is risked to find out whether the service is back. */
export class ProbingBreaker implements Breaker {
  readonly #options: BreakerOptions;
  readonly #circuit: CircuitBreakerPolicy;
  readonly #listeners: ((open: boolean) => void)[] = [];
  #isOpen = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
    const policy = handleWhen((error) => !(error instanceof GivenUp));
    this.#circuit = circuitBreaker(policy, {
      // The timer below decides when to probe.
      halfOpenAfter: 0,
      breaker: new StreakBreaker(options, options.clock),
    });
    this.#circuit.onStateChange((state) => this.#onStateChange(state));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  onChange(listener: (open: boolean) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Makes the call unless the breaker is open: then it throws UNAVAILABLE at once. An answer with a business code
   * counts as a success, since the service gave it; a call that the caller gave up counts as neither.
   */
  async run<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#isOpen)
      throw new ConnectError(
        `${this.#options.service} does not answer; calls are suspended`,
        Code.Unavailable,
      );
    const outcome = await this.#circuit
      .execute(() => outcomeOf(call, signal))
      .catch((error: unknown) => ({ error: error instanceof GivenUp ? error.cause : error }));
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  /** Stops probing. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #onStateChange(state: CircuitState): void {
    if (state === CircuitState.Open) this.#scheduleProbe();
    const open = state !== CircuitState.Closed;
    if (open === this.#isOpen) return;
    this.#isOpen = open;
    this.#options.logger.warn({ service: this.#options.service, open }, 'circuit breaker changed');
    for (const listener of this.#listeners) listener(open);
  }

  #scheduleProbe(): void {
    if (this.#closed) return;
    const probe = () => this.#circuit.execute(this.#options.probe).catch(() => undefined);
    this.#timer = setTimeout(probe, this.#options.probeIntervalMs).unref();
  }
}

/** Carries the error of a call that the caller gave up past the circuit, which counts it as nothing. */
class GivenUp extends Error {}

/** Throws what speaks against the service. Any other answer, an error with a business code too, speaks for it. */
async function outcomeOf<T>(
  call: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await call() };
  } catch (error) {
    if (signal?.aborted) throw new GivenUp('given up by the caller', { cause: error });
    if (countsAgainstService(failureOf(error))) throw error;
    return { error };
  }
}
