/** Watches the clock of this machine, and pauses work that depends on it while it is off. */
import { Gauge } from 'prom-client';
import type { Clock } from '../clock.js';
import type { Logger } from '../logger.js';
import type { Registry } from '../metrics.js';
import type { Breaker } from '../rpc/breaker.js';
import type { Timers } from '../timers.js';
import type { DateObserver } from './date-observer.js';
import {
  boundsOfLease,
  boundsOfResponse,
  decideClaiming,
  estimateSkewMs,
  type SkewBounds,
} from './decide.js';

/** Dependencies and options of a {@link SkewGuard}. */
export interface SkewGuardOptions {
  /** Skew in milliseconds, either way, beyond which work pauses. */
  readonly limitMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Gets `clock_skew_seconds{source}`. */
  readonly registry: Registry;
}

/** Number of observations of an estimate; the oldest is dropped first. */
const OBSERVATIONS = 30;

/** From one probe to the next while work pauses, and nothing else calls AWS. */
const PROBE_INTERVAL_MS = 5_000;

/**
 * A breaker that is open while AWS's dates show a skew beyond the limit. Leases of other workers are measured and reported
 * as well, but pause nothing: either of the two clocks may be the wrong one.
 */
export class SkewGuard implements Breaker {
  readonly #options: SkewGuardOptions;
  readonly #listeners: ((open: boolean) => void)[] = [];
  readonly #observed: Record<'aws' | 'lease', SkewBounds[]> = { aws: [], lease: [] };
  #isOpen = false;
  #leaseReported = false;
  #cancelProbe: () => void = () => undefined;
  #probe: () => Promise<unknown> = async () => undefined;

  constructor(options: SkewGuardOptions) {
    this.#options = options;
    const read = (source: 'aws' | 'lease') => this.skewMs(source) / 1_000;
    new Gauge({
      name: 'clock_skew_seconds',
      help: 'How far the clock is ahead at least: of AWS, or of the workers whose leases were met',
      labelNames: ['source'],
      registers: [options.registry],
      collect() {
        for (const source of ['aws', 'lease'] as const) this.set({ source }, read(source));
      },
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  onChange(listener: (open: boolean) => void): void {
    this.#listeners.push(listener);
  }

  /** Returns the skew in milliseconds, positive when this clock is ahead, 0 when none can be shown. */
  skewMs(source: 'aws' | 'lease' = 'aws'): number {
    return estimateSkewMs(this.#observed[source]);
  }

  /** Observes the responses of AWS clients. */
  get observer(): DateObserver {
    const { clock } = this.#options;
    return {
      clock,
      onResponse: (response) => {
        this.#add('aws', boundsOfResponse(response));
        this.#decide();
      },
    };
  }

  /** Observes the live lease of another worker. */
  observeLease(leaseUntilMs: number, leaseMs: number): void {
    const { clock, limitMs, logger } = this.#options;
    this.#add('lease', boundsOfLease(leaseUntilMs, leaseMs, clock()));
    const skewMs = this.skewMs('lease');
    if (decideClaiming(skewMs, limitMs) === 'claim' || this.#leaseReported) return;
    this.#leaseReported = true;
    logger.error({ skew_ms: skewMs }, 'the clocks of this worker and of another one differ');
  }

  /** Makes the first observation, and further ones by the same call while work pauses. Resolves in any case. */
  async start(probe: () => Promise<unknown>): Promise<void> {
    this.#probe = probe;
    await probe().catch(() => undefined);
  }

  /**
   * Checks readiness.
   *
   * @throws {Error} when the clock is off.
   */
  async check(): Promise<void> {
    if (this.#isOpen) throw new Error(`the clock is off by ${(this.skewMs() / 1_000).toFixed(1)} s`);
  }

  /** Stops probing. */
  close(): void {
    this.#cancelProbe();
    this.#probe = async () => undefined;
  }

  #add(source: 'aws' | 'lease', bounds: SkewBounds): void {
    this.#observed[source].unshift(bounds);
    this.#observed[source].length = Math.min(this.#observed[source].length, OBSERVATIONS);
  }

  #decide(): void {
    const { limitMs, logger } = this.#options;
    const open = decideClaiming(this.skewMs(), limitMs) === 'pause';
    if (open === this.#isOpen) return;
    this.#isOpen = open;
    const skew_ms = this.skewMs();
    if (open) {
      logger.error(
        { skew_ms, limit_ms: limitMs },
        'the clock is off: no orders are claimed until it is right',
      );
      this.#scheduleProbe();
    } else {
      logger.warn({ skew_ms }, 'the clock is right again');
      this.#cancelProbe();
    }
    for (const listener of this.#listeners) listener(open);
  }

  #scheduleProbe(): void {
    this.#cancelProbe = this.#options.timers.after(PROBE_INTERVAL_MS, () => {
      void this.#probe()
        .catch(() => undefined)
        .then(() => {
          if (this.#isOpen) this.#scheduleProbe();
        });
    });
  }
}
