/** Random plans around one part of the protocol, in which mutations of rare safeguards are searched for. */
import type { QueueFaults } from '../cloud/sqs/queue.js';
import type { ClientTraits } from './clients.js';
import type { FaultWindow } from './faults.js';

/** A fault that may hit calls during the whole run. */
export type FocusedFault = Pick<FaultWindow, 'target' | 'fault' | 'share' | 'delayMs'>;

/** The part of a plan that is fixed. Everything else is random. */
export interface Focus {
  readonly traits?: Partial<ClientTraits>;
  /** Kinds of incidents. */
  readonly incidents?: readonly string[];
  /** The faults of calls. */
  readonly faults?: readonly FocusedFault[];
  readonly queueFaults?: QueueFaults;
  /** Time over which clients order, in milliseconds. */
  readonly durationMs?: number;
  /** Settled orders from before the run. */
  readonly archivedOrders?: number;
  /** Settings of the processors that differ from production's defaults. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Authorizations that reach the provider, or are answered, long after their callers have timed out, or were cancelled. */
const LATE_PAYMENTS: Focus = {
  traits: { cancelling: 0.9, declined: 0, scarce: 0 },
  incidents: ['fail', 'crash', 'short-pause', 'clock'],
  faults: [
    { target: 'gateway', fault: 'late-effect', share: 0.4, delayMs: 60_000 },
    { target: 'gateway', fault: 'slow-answer', share: 0.3, delayMs: 4_000 },
    { target: 'gateway', fault: 'lost-answer', share: 0.2, delayMs: 0 },
    { target: 'dynamodb', fault: 'late-effect', share: 0.05, delayMs: 10_000 },
  ],
  queueFaults: { notHidden: 0.3, undeleted: 0.1 },
};

/** Bodies that race under one key while Redis fails, and workers that die on the first of them. */
const KEY_RACES: Focus = {
  traits: { keyed: 1, reusing: 0.95, cancelling: 0.2 },
  incidents: ['crash', 'redis-flush', 'short-pause'],
  faults: [
    { target: 'redis', fault: 'lost-answer', share: 0.3, delayMs: 0 },
    { target: 'redis', fault: 'server-error', share: 0.3, delayMs: 0 },
    { target: 'dynamodb', fault: 'server-error', share: 0.15, delayMs: 0 },
  ],
};

/** Orders that fail until they are dead letters, and operators who send them back while SQS fails. */
const DEAD_LETTERS: Focus = {
  traits: { cancelling: 0 },
  incidents: ['redrive', 'many-redrives', 'crash'],
  faults: [
    { target: 'dynamodb', fault: 'server-error', share: 0.6, delayMs: 0 },
    { target: 'sqs', fault: 'server-error', share: 0.3, delayMs: 0 },
    { target: 'sqs', fault: 'lost-request', share: 0.1, delayMs: 0 },
    { target: 'sns', fault: 'server-error', share: 0.4, delayMs: 0 },
  ],
  durationMs: 600_000,
};

/** Dead letters that expire, so that their orders are known by their records alone. */
const LOST_LETTERS: Focus = { ...DEAD_LETTERS, incidents: ['dead-letters-lost', 'crash'] };

/** Events that are not published until their messages are dead letters, which expire. */
const LOST_EVENTS: Focus = {
  traits: { cancelling: 0 },
  incidents: ['dead-letters-lost'],
  faults: [{ target: 'sns', fault: 'server-error', share: 0.85, delayMs: 0 }],
  durationMs: 600_000,
};

/** Refunds of orders that are being refunded already, by commands that die. */
const REFUNDS: Focus = {
  traits: { cancelling: 0, declined: 0, scarce: 0 },
  incidents: ['refund', 'many-refunds', 'crash'],
  faults: [
    { target: 'gateway', fault: 'lost-answer', share: 0.2, delayMs: 0 },
    { target: 'gateway', fault: 'slow-answer', share: 0.3, delayMs: 2_000 },
    { target: 'dynamodb', fault: 'slow-answer', share: 0.2, delayMs: 1_000 },
    { target: 'sqs', fault: 'server-error', share: 0.2, delayMs: 0 },
    { target: 'sns', fault: 'server-error', share: 0.4, delayMs: 0 },
  ],
};

/** Every hold on a few articles is open at the same time. */
const HOT_SKU: Focus = {
  traits: { cancelling: 0, scarce: 0 },
  incidents: [],
  faults: [{ target: 'gateway', fault: 'slow-answer', share: 1, delayMs: 3_000 }],
  durationMs: 1_000,
};

/** Tables so large that a walk of the reconciler takes several passes, and workers that leave things open in them. */
const BIG_TABLES: Focus = {
  traits: { cancelling: 0.3 },
  incidents: ['crash', 'short-pause', 'lapse', 'dead-letters-lost'],
  archivedOrders: 3_000,
  settings: { RECONCILE_READ_UNITS: '1' },
};

/** The focused plans by name. */
export const FOCUSES = {
  'late-payments': LATE_PAYMENTS,
  'key-races': KEY_RACES,
  'dead-letters': DEAD_LETTERS,
  'lost-letters': LOST_LETTERS,
  'lost-events': LOST_EVENTS,
  refunds: REFUNDS,
  'hot-sku': HOT_SKU,
  'big-tables': BIG_TABLES,
} as const satisfies Readonly<Record<string, Focus>>;
