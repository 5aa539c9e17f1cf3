/** Safeguards of the reconciler. */
import type { Mutation } from './edit.js';

const at = (file: string) => `/services/order-processor/dist/${file}.js`;
const shared = (file: string) => `/packages/order-protocol/dist/${file}.js`;

export const RECONCILER_MUTATIONS: readonly Mutation[] = [
  {
    name: 'reconciler',
    safeguard: 'what workers, commands and the provider have left open is settled',
    edits: [{ module: at('reconcile/schedule'), from: 'if (isDue())', to: 'if (false)' }],
  },
  {
    name: 'stray-holds',
    safeguard: 'the reconciler releases holds that no decision counted on',
    edits: [
      {
        module: at('reconcile/reconcile'),
        from: "await releaseStray(scoring, record?.order_id ?? '', verdict.hold, call);",
        to: '{}',
      },
    ],
  },
  {
    name: 'one-reconciler',
    safeguard: 'of all processors one reconciles at a time (hole 10)',
    scenario: 'lost-letters',
    edits: [
      {
        module: at('reconcile/reconciler'),
        from: 'const bookmark = await lease.take(parts.clock(), LEASE_INTERVALS * intervalMs);',
        to: 'const bookmark = (await lease.take(parts.clock(), LEASE_INTERVALS * intervalMs)) ?? { stuck: 0, stuck_before: 0 };',
      },
    ],
  },
  {
    name: 'pass-units',
    safeguard: 'a pass of the reconciler reads no more than its rate allows (hole 10)',
    scenario: 'big-tables',
    edits: [
      {
        module: at('reconcile/reconciler'),
        from: 'maxReadUnits: Math.ceil((readUnitsPerSecond * intervalMs) / 1_000)',
        to: 'maxReadUnits: Number.POSITIVE_INFINITY',
      },
    ],
  },
  {
    name: 'refund-completed',
    safeguard: 'the reconciler completes refunds that a command has left open, and publishes them',
    scenario: 'refunds',
    edits: [
      {
        module: at('reconcile/reconcile'),
        from: 'await completeRefunds({ scoring, store, events }, record, call);',
        to: '{}',
      },
    ],
  },
  {
    name: 'refund-published-first',
    safeguard: 'a refund is noted in the record only after its event is published',
    scenario: 'refunds',
    edits: [
      {
        module: shared('publish-refunds'),
        from: 'await events.publish(toRefundEvent(',
        to: 'void events.publish(toRefundEvent(',
      },
    ],
  },
];
