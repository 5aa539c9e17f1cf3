/** Metrics of the webhooks service. */
import { LATENCY_BUCKETS_SECONDS, type Registry } from '@order-pipeline/platform/metrics';
import { Counter, Gauge, Histogram } from 'prom-client';

/** Result of an attempt, as a label. */
export type AttemptOutcome = 'delivered' | 'failed' | 'skipped';

const OUTCOMES: readonly AttemptOutcome[] = ['delivered', 'failed', 'skipped'];

/** Counts deliveries. */
export interface WebhookMetrics {
  /** Counts an attempt; `durationMs` is absent when no request was sent. */
  attempted(outcome: AttemptOutcome, durationMs?: number): void;
  /** Counts an endpoint that was disabled because it kept failing. */
  disabled(): void;
  /** Counts a message that was moved to the dead-letter queue. */
  deadLettered(): void;
}

/** Creates and registers the metrics. `inFlight` is read at each scrape. */
export function createWebhookMetrics(registry: Registry, inFlight: () => number): WebhookMetrics {
  const registers = [registry];
  const attempts = new Counter({
    name: 'webhook_attempts_total',
    help: 'Attempts to deliver an event to an endpoint, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'webhook_attempt_seconds',
    help: 'Duration of requests to endpoints',
    buckets: [...LATENCY_BUCKETS_SECONDS, 15],
    registers,
  });
  const disabled = new Counter({
    name: 'webhook_endpoints_disabled_total',
    help: 'Endpoints disabled after persistent failure',
    registers,
  });
  const deadLetters = new Counter({
    name: 'webhook_dead_letters_total',
    help: 'Messages that are neither an order event nor a delivery, moved to the dead-letter queue',
    registers,
  });
  new Gauge({
    name: 'webhook_messages_in_flight',
    help: 'Messages that this process is working on',
    registers,
    collect() {
      this.set(inFlight());
    },
  });
  for (const outcome of OUTCOMES) attempts.inc({ outcome }, 0);
  return {
    attempted: (outcome, durationMs) => {
      attempts.inc({ outcome });
      if (durationMs !== undefined) durations.observe(durationMs / 1_000);
    },
    disabled: () => disabled.inc(),
    deadLettered: () => deadLetters.inc(),
  };
}
