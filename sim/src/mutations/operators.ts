/** Safeguards of the operators' commands. */
import type { Mutation } from './edit.js';

const shared = (file: string) => `/packages/order-protocol/dist/${file}.js`;
const operations = (file: string) => `/services/operations/dist/${file}.js`;

export const OPERATOR_MUTATIONS: readonly Mutation[] = [
  {
    name: 'fail-lease',
    safeguard: 'an operator fails an order only when no worker holds it',
    edits: [
      {
        module: shared('order-store'),
        from: 'const FAILABLE = anyOf(ABSENT, LEASE_EXPIRED);',
        to: "const FAILABLE = 'attribute_exists(#order_id) OR attribute_not_exists(#order_id)';",
      },
      {
        module: operations('operator/decide/fail'),
        from: 'if (record.lease_until >= now)',
        to: 'if (false)',
      },
    ],
  },
  {
    name: 'redrive-sends-first',
    safeguard: 'a redrive removes the dead letter only after the message was sent',
    scenario: 'dead-letters',
    edits: [
      {
        module: operations('operator/redrive'),
        from: 'sent = { new_message_id: await dlq.sendBack(letter) };\n        await dlq.remove(letter);',
        to: 'await dlq.remove(letter);\n        sent = { new_message_id: await dlq.sendBack(letter) };',
      },
    ],
  },
  {
    name: 'exit-from-record',
    safeguard: 'an order whose message is gone is failed or resumed from its record (hole 5b)',
    scenario: 'lost-letters',
    edits: [
      { module: operations('operator/fail-record'), from: 'await failOrder(tools,', to: 'void (tools,' },
      { module: operations('operator/resume'), from: 'await dlq.resend(', to: 'void (' },
    ],
  },
];
