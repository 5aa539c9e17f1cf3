/** Safeguards of the processor. */
import type { Mutation } from './edit.js';

const at = (file: string) => `/services/order-processor/dist/${file}.js`;
const shared = (file: string) => `/packages/order-protocol/dist/${file}.js`;

export const PROCESSOR_MUTATIONS: readonly Mutation[] = [
  {
    name: 'outage-check',
    safeguard: 'an order whose call got no answer waits while a service does not pass its health check',
    scenario: 'scoring-outage',
    edits: [
      {
        module: at('outages'),
        from: 'if (before >= MAX_CHECKED_OUTAGES)',
        to: 'if (true)',
      },
    ],
  },
  {
    name: 'claim-lease',
    safeguard: 'a claim waits for the lease of the worker before',
    edits: [
      {
        module: shared('order-store'),
        from: "const LEASE_EXPIRED = '#status = :processing AND #lease_until < :now';",
        to: "const LEASE_EXPIRED = '#status = :processing AND (#lease_until < :now OR #lease_until >= :now)';",
      },
    ],
  },
  {
    name: 'claim-final',
    safeguard: 'a claim never reopens a decided order',
    edits: [
      {
        module: shared('order-store'),
        from: 'const CLAIMABLE = anyOf(ABSENT, LEASE_EXPIRED, MY_OWN_CLAIM);',
        to: "const CLAIMABLE = '#lease_until < :now OR attribute_not_exists(#order_id)';",
      },
    ],
  },
  {
    name: 'decide-attempt',
    safeguard: 'the fencing token (attempt) in the condition of the decision',
    edits: [
      {
        module: shared('order-store'),
        from: "'#status = :processing AND #attempt = :attempt'",
        to: "'#status = :processing AND #attempt >= :attempt'",
      },
    ],
  },
  {
    name: 'decide-status',
    safeguard: 'a decision never overwrites another, such as a cancellation',
    edits: [
      {
        module: shared('order-store'),
        from: "'#status = :processing AND #attempt = :attempt'",
        to: "'#attempt = :attempt'",
      },
    ],
  },
  {
    name: 'facts-once',
    safeguard: 'the facts of the first message stay (`if_not_exists`)',
    scenario: 'key-races',
    edits: [
      {
        module: shared('order-store'),
        from: 'return Object.keys(facts).map((name) => ',
        to: "return Object.keys(facts).map((name) => '#' + name + ' = :' + name); (() => ",
      },
    ],
  },
  {
    name: 'settle-within-lease',
    safeguard: 'a decided order is settled by others only after the lease, when no try can land any more',
    scenario: 'late-payments',
    behind: 'reconciler',
    edits: [{ module: shared('decide/claim'), from: 'if (record.lease_until >= now)', to: 'if (false)' }],
  },
  {
    name: 'lost-decision',
    safeguard: 'a worker that lost its decision to another attempt drops its work',
    edits: [
      {
        module: shared('decide/claim'),
        from: 'if (record.attempt === attempt && isFinal(record.status))',
        to: 'if (true)',
      },
      {
        module: at('process-order'),
        from: 'if (lost.status !== decision.status)',
        to: 'if (false)',
      },
    ],
  },
  {
    name: 'unknown-reserve',
    safeguard: 'a decision needs a definite answer of Reserve',
    edits: [{ module: at('try-order'), from: "if (reserved.status === 'rejected')", to: 'if (false)' }],
  },
  {
    name: 'unknown-payment',
    safeguard: 'an unknown outcome of a payment is never called declined',
    edits: [
      {
        module: at('try-order'),
        from: 'rejected ?? (await authorize(scoring, order, options));',
        to: "rejected ?? (await authorize(scoring, order, options).catch(() => ({ status: 'REJECTED', reason: 'PAYMENT_DECLINED' })));",
      },
      {
        module: shared('settle-order'),
        from: 'undo: async ({ payment }, { order_id: orderId }, call) => (await payment.client.void({ orderId }, call).catch(ignoreMalformed))?.payment?.state',
        to: 'undo: async () => undefined',
      },
    ],
  },
  {
    name: 'holds-of-earlier-attempts',
    safeguard: 'a rejection in a later attempt releases whatever the order holds',
    edits: [
      { module: at('try-order'), from: "if (status !== 'COMPLETED' && attempt > 1)", to: 'if (false)' },
      { module: at('reconcile/decide'), from: 'if (hold && holds &&', to: 'if (false && holds &&' },
    ],
  },
  {
    name: 'settle-before-delete',
    safeguard: 'a message is deleted only after its order is settled',
    behind: 'reconciler',
    edits: [
      {
        module: at('process-order'),
        from: 'settleOrder(deps.scoring, order, status, callOptions(delivery, SETTLE_BUDGET_MS))',
        to: 'settleOrder(deps.scoring, order, status, callOptions(delivery, SETTLE_BUDGET_MS)).catch(() => ({ unsoldLines: 0, retried: true, captureFailed: false }))',
      },
    ],
  },
  {
    name: 'busy-keeps-message',
    safeguard: 'the message of an order that another worker holds becomes visible again',
    edits: [
      {
        module: at('handle-message'),
        from: "return { acknowledgement: { kind: 'later', delayMs } };",
        to: "return { acknowledgement: { kind: 'delete' } };",
      },
    ],
  },
  {
    name: 'dead-letter-sends-first',
    safeguard: 'a dead letter is in its queue before its message is deleted',
    edits: [
      {
        module: at('order-queue'),
        from: 'await this.#options.sqs.send(new SendMessageCommand({',
        to: 'void (new SendMessageCommand({',
      },
    ],
  },
  {
    name: 'settlement-due',
    safeguard: 'a settlement that failed is noted, so that it is completed though its dead letter is lost',
    scenario: 'lost-events',
    edits: [
      {
        module: at('handle-message'),
        from: 'return store.noteSettlementDue(orderId).then(',
        to: 'return Promise.resolve().then(',
      },
      {
        module: at('process-order'),
        from: 'await store.noteSettlementDue(order.order_id);',
        to: '',
      },
      {
        module: at('process-order'),
        from: 'const settlementDue = order.attempt > 1 || receiveCount > 1;',
        to: 'const settlementDue = false;',
      },
      {
        module: at('process-order'),
        from: 'await store.noteSettlementDue(order_id).then(',
        to: 'await Promise.resolve().then(',
      },
    ],
  },
  {
    name: 'event-before-delete',
    safeguard: 'a message is deleted only after the event of its order is published',
    scenario: 'lost-events',
    edits: [{ module: at('process-order'), from: "if (published.status === 'rejected')", to: 'if (false)' }],
  },
  {
    name: 'first-error',
    safeguard: 'the first error of an order stays in its record (hole 10)',
    scenario: 'dead-letters',
    edits: [
      { module: shared('order-store'), from: 'condition: allOf(EXISTS, NO_ERROR)', to: 'condition: EXISTS' },
      {
        module: shared('order-store'),
        from: '#first_error = if_not_exists(#first_error, :error)',
        to: '#first_error = :error',
      },
    ],
  },
  {
    name: 'dead-letter-first-error',
    safeguard: 'a dead letter names the first error of its order, not the last (hole 10)',
    scenario: 'dead-letters',
    edits: [
      {
        module: at('first-errors'),
        from: 'return record?.first_error ?? ',
        to: 'return describeError(error) ?? ',
      },
    ],
  },
  {
    name: 'skew-guard',
    safeguard: 'a worker whose clock is off claims nothing (hole 7)',
    scenario: 'clock-skew',
    edits: [
      {
        module: '/packages/platform/dist/skew/skew-guard.js',
        from: "const open = decideClaiming(this.skewMs(), limitMs) === 'pause';",
        to: 'const open = false;',
      },
    ],
  },
];
