/** Metrics of the processor, in addition to those of the RPC clients. */
import type { Clock } from '@order-pipeline/platform/clock';
import { noteExemplar } from '@order-pipeline/platform/exemplars';
import { LATENCY_BUCKETS_SECONDS, type Registry } from '@order-pipeline/platform/metrics';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { DeadLetterReason } from './decide/acknowledgement.js';

const DEAD_LETTER_REASONS: readonly DeadLetterReason[] = ['POISON', 'RETRIES_EXHAUSTED'];

/** Problem of a settlement that no repeat fixes. */
export type SettlementProblem =
  /** A completed order sold fewer lines than it has: stock and orders differ. */
  | 'unsold-lines'
  /** A completed order's authorization was gone before it was charged. */
  | 'capture-failed';

const SETTLEMENT_PROBLEMS: readonly SettlementProblem[] = ['unsold-lines', 'capture-failed'];

/** The processor's own metrics. */
export interface ProcessorMetrics {
  /** An order was decided; times in epoch milliseconds. */
  decided(acceptedAt: number, now: number): void;
  /** A message was moved to the dead-letter queue. */
  deadLettered(reason: DeadLetterReason): void;
  /** A message will be retried. */
  retried(): void;
  /** A message carried another body than the order with its id. */
  otherBody(): void;
  /** Counts a settlement with a problem that needs an operator. */
  settlementProblem(kind: SettlementProblem): void;
}

/** State of the consumer, read at each scrape. */
export interface ConsumerState {
  /** Orders that this process is working on. */
  readonly inFlight: number;
  /** Orders that it may work on at once. */
  readonly inFlightLimit: number;
  /** Time at which the oldest of them was sent to the queue, in epoch milliseconds; undefined without any. */
  readonly oldestSentAt: number | undefined;
}

/** Registers the metrics. */
export function createProcessorMetrics(
  registry: Registry,
  clock: Clock,
  consumer: () => ConsumerState,
): ProcessorMetrics {
  const registers = [registry];
  const deadLetters = new Counter({
    name: 'order_dead_letters_total',
    help: 'Messages moved to the dead-letter queue by the processor, by reason',
    labelNames: ['reason'],
    registers,
  });
  const retries = new Counter({
    name: 'order_retries_total',
    help: 'Messages that are retried later, after a failure or because another worker is processing the order',
    registers,
  });
  const otherBodies = new Counter({
    name: 'order_bodies_not_placed_total',
    help: 'Messages whose order was placed with another body under the same idempotency key',
    registers,
  });
  const problems = new Counter({
    name: 'order_settlement_problems_total',
    help: 'Settlements that met a problem which no repeat fixes, by kind',
    labelNames: ['kind'],
    registers,
  });
  for (const kind of SETTLEMENT_PROBLEMS) problems.inc({ kind }, 0);
  const decisionBuckets = [...LATENCY_BUCKETS_SECONDS, 30, 60, 300, 3_600];
  const latency = new Histogram({
    name: 'order_decision_seconds',
    help: 'From the acceptance of an order to its decision',
    buckets: decisionBuckets,
    registers,
  });
  new Gauge({
    name: 'orders_in_flight',
    help: 'Orders that this process is working on',
    registers,
    collect() {
      this.set(consumer().inFlight);
    },
  });
  new Gauge({
    name: 'orders_in_flight_limit',
    help: 'Orders that this process may work on at once: MAX_IN_FLIGHT, or less while dependencies are slow',
    registers,
    collect() {
      this.set(consumer().inFlightLimit);
    },
  });
  new Gauge({
    name: 'order_oldest_message_age_seconds',
    help: 'Age of the oldest message that this process is working on or keeps hidden; 0 without any',
    registers,
    collect() {
      const { oldestSentAt } = consumer();
      this.set(oldestSentAt === undefined ? 0 : Math.max(0, clock() - oldestSentAt) / 1_000);
    },
  });
  for (const reason of DEAD_LETTER_REASONS) deadLetters.inc({ reason }, 0);
  return {
    decided: (acceptedAt, now) => {
      const value = Math.max(0, now - acceptedAt) / 1_000;
      latency.observe(value);
      noteExemplar(registry, {
        ...{ name: 'order_decision_seconds', buckets: decisionBuckets, value },
        labels: {},
      });
    },
    deadLettered: (reason) => deadLetters.inc({ reason }),
    retried: () => retries.inc(),
    otherBody: () => otherBodies.inc(),
    settlementProblem: (kind) => problems.inc({ kind }),
  };
}
