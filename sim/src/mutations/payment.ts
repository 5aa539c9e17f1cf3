/** Safeguards of payment. */
import type { Mutation } from './edit.js';

const at = (file: string) => `/services/scoring/dist/payment/${file}.js`;

export const PAYMENT_MUTATIONS: readonly Mutation[] = [
  {
    name: 'capture-once',
    safeguard: 'the ledger counts a capture once',
    edits: [
      {
        module: at('store'),
        from: "condition,\n        values: { ...values, ':state'",
        to: "condition: 'attribute_exists(#order_id)',\n        values: { ...values, ':state'",
      },
      {
        module: at('decide'),
        from: "capture: {\n        AUTHORIZED: 'act',\n        CAPTURED: 'keep'",
        to: "capture: {\n        AUTHORIZED: 'act',\n        CAPTURED: 'act'",
      },
    ],
  },
  {
    name: 'first-entry',
    safeguard: 'an authorization never overwrites the entry that is there',
    scenario: 'late-payments',
    edits: [
      {
        module: '/packages/platform/dist/dynamo/table.js',
        from: 'ConditionExpression: `attribute_not_exists(#',
        to: 'Unconditional: `attribute_not_exists(#',
      },
    ],
  },
  {
    name: 'void-bars',
    safeguard: 'a void without an entry leaves one that bars a later authorization',
    scenario: 'late-payments',
    edits: [
      {
        module: at('payments'),
        from: "this.#open(this.#toEntry(orderId, { state: 'VOIDED' }))",
        to: "this.#toEntry(orderId, { state: 'VOIDED' })",
      },
    ],
  },
  {
    name: 'void-asks-the-gateway',
    safeguard:
      'a void without an entry asks the gateway, which may have approved a call whose answer was lost',
    scenario: 'late-payments',
    behind: 'sweep',
    edits: [
      {
        module: at('payments'),
        from: 'await this.#voidAtGateway(keyOf(orderId, standing), reference);\n            return standing\n',
        to: 'if (standing) await this.#voidAtGateway(keyOf(orderId, standing), reference);\n            return standing\n',
      },
    ],
  },
  {
    name: 'gateway-first',
    safeguard: 'the gateway captures before the ledger says so',
    edits: [
      {
        module: at('payments'),
        from: 'const outcome = await this.#ask((gateway, signal) => gateway.capture(payment, signal));',
        to: "const outcome = 'captured'; void this.#ask((gateway, signal) => gateway.capture(payment, signal)).catch(() => undefined);",
      },
    ],
  },
  {
    name: 'capture-outcome',
    safeguard: 'a capture that the gateway refuses is no charge (hole 5)',
    edits: [
      {
        module: at('payments'),
        from: "outcome === 'captured' ? 'CAPTURED' : 'CAPTURE_FAILED'",
        to: "outcome === 'captured' ? 'CAPTURED' : 'CAPTURED'",
      },
    ],
  },
  {
    name: 'key-per-authorization',
    safeguard: 'each authorization has an idempotency key of its own at the gateway (hole 5)',
    edits: [
      {
        module: at('payments'),
        from: 'const idempotencyKey = gatewayKey(orderId, reauthorizations);',
        to: 'const idempotencyKey = orderId;',
      },
    ],
  },
  {
    name: 'sweep',
    safeguard: 'authorizations that the ledger does not count on are found and released (hole 10)',
    scenario: 'late-payments',
    edits: [
      {
        module: at('payments'),
        from: "if (match === 'STRAY' && !dryRun)",
        to: 'if (false)',
      },
    ],
  },
  {
    name: 'refund-version',
    safeguard: 'of two refunds at once the second sees the first: never more than was captured',
    scenario: 'refunds',
    edits: [
      {
        module: at('store'),
        from: 'condition: allOf(IN_SEEN_STATE, version === undefined ? NEVER_REFUNDED : REFUNDS_AS_SEEN)',
        to: 'condition: IN_SEEN_STATE',
      },
    ],
  },
  {
    name: 'refund-key',
    safeguard: 'a refund has an idempotency key at the gateway: a repeat pays nothing back',
    scenario: 'refunds',
    edits: [
      {
        module: at('refund/refunds'),
        from: 'gateway.refund({ idempotencyKey, reference, refundId, amount, currency }',
        to: 'gateway.refund({ idempotencyKey, reference, refundId: refundId + Math.random(), amount, currency }',
      },
    ],
  },
  {
    name: 'gateway-down',
    safeguard: 'an outage of the provider is recognized, so that orders wait instead of failing (hole 9)',
    scenario: 'gateway-outage',
    edits: [
      {
        module: '/services/scoring/dist/errors.js',
        from: 'if (error instanceof GatewayDownError)',
        to: 'if (false)',
      },
      {
        module: at('outage/watched-gateway'),
        from: "return this.#state.kind === 'up';",
        to: 'return true;',
      },
    ],
  },
];
