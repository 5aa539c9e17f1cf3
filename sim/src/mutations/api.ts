/** Safeguards of order intake and of cancelling. */
import type { Mutation } from './edit.js';

const at = (file: string) => `/services/order-api/dist/orders/${file}.js`;

export const API_MUTATIONS: readonly Mutation[] = [
  {
    name: 'batch-entries',
    safeguard: 'each entry of SendMessageBatch is looked at',
    edits: [{ module: at('order-queue'), from: 'if (taken.has(id))', to: 'if (true)' }],
  },
  {
    name: 'unknown-outcome',
    safeguard: 'an unknown outcome of a send is reported as unknown (hole 1)',
    edits: [
      {
        module: at('send-until-known'),
        from: "maybeTaken ||= outcome === 'unknown';",
        to: 'maybeTaken ||= false;',
      },
    ],
  },
  {
    name: 'key-fingerprint',
    safeguard: 'a key belongs to one body',
    edits: [
      { module: at('decide/idempotency'), from: 'if (entry.fingerprint !== fingerprint)', to: 'if (false)' },
    ],
  },
  {
    name: 'key-recall',
    safeguard: 'the orders table decides when Redis does not know a key (hole 2)',
    edits: [
      { module: at('idempotency'), from: 'const before = await recall();', to: 'const before = undefined;' },
    ],
  },
  {
    name: 'table-overrules',
    safeguard: 'the orders table overrules what Redis remembers of a key',
    scenario: 'key-races',
    edits: [
      {
        module: at('idempotency'),
        from: 'const before = await request.recall();',
        to: 'const before = undefined;',
      },
    ],
  },
  {
    name: 'recalled-fingerprint',
    safeguard: 'the fingerprint in the record is compared with that of the request',
    edits: [{ module: at('idempotency'), from: 'if (before.fingerprint !== fingerprint)', to: 'if (false)' }],
  },
  {
    name: 'cancel-undecided',
    safeguard: 'only an undecided order can be cancelled',
    edits: [
      {
        module: '/packages/order-protocol/dist/decide/cancel.js',
        from: "const UNDECIDED = '#status = :processing';",
        to: "const UNDECIDED = '#status <> :cancelled OR #status = :processing';",
      },
    ],
  },
];
