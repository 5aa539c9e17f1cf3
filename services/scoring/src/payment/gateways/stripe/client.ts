/** Calls to Stripe by its SDK: one try each, within the caller's time, and never during a pause that Stripe asked for. */
import type { Clock } from '@order-pipeline/platform/clock';
import type { Secret } from '@order-pipeline/platform/secret';
import Stripe from 'stripe';
import { Cooldown } from './cooldown.js';
import { retryAfterMsOf } from './errors.js';

/** Version of the API that the adapter is written for. Changed together with the SDK. */
export const STRIPE_API_VERSION = '2026-10-28.endive';

/** Options of a {@link StripeClient}. */
export interface StripeClientOptions {
  /** Read at each call, so that a rotated key is used at once. */
  readonly apiKey: Pick<Secret<string>, 'current'>;
  readonly apiBase: string;
  /** Time limit of one request, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Creates the SDK with our limits. The caller retries within its own deadline; the SDK does not. */
export class StripeClient {
  readonly #options: StripeClientOptions;
  readonly #stripe: Stripe;
  readonly #cooldown: Cooldown;

  constructor(options: StripeClientOptions) {
    const { protocol, hostname, port } = new URL(options.apiBase);
    this.#options = options;
    this.#cooldown = new Cooldown(options.clock);
    this.#stripe = new Stripe(options.apiKey.current, {
      apiVersion: STRIPE_API_VERSION,
      maxNetworkRetries: 0,
      timeout: options.timeoutMs,
      telemetry: false,
      protocol: protocol === 'http:' ? 'http' : 'https',
      host: hostname,
      ...(port !== '' && { port }),
    });
  }

  /**
   * Makes one call. Rejects with the signal's reason when it aborts, and with what the SDK throws.
   *
   * @throws {UnavailableError} while Stripe limits our rate
   */
  async call<R>(
    signal: AbortSignal,
    request: (stripe: Stripe, options: Stripe.RequestOptions) => Promise<R>,
    idempotencyKey?: string,
  ): Promise<R> {
    signal.throwIfAborted();
    this.#cooldown.check();
    const options = {
      apiKey: this.#options.apiKey.current,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    };
    try {
      return await untilAborted(signal, request(this.#stripe, options));
    } catch (error) {
      const retryAfterMs = retryAfterMsOf(error);
      if (retryAfterMs !== undefined) this.#cooldown.start(retryAfterMs);
      throw error;
    }
  }
}

/** The SDK takes no signal: its request continues, and its result is dropped. */
async function untilAborted<R>(signal: AbortSignal, result: Promise<R>): Promise<R> {
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  result.catch(() => undefined);
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
