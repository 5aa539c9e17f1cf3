/** Safeguards of inventory. */
import type { Mutation } from './edit.js';

const at = (file: string) => `/services/scoring/dist/inventory/${file}.js`;
const WRITES = at('writes');

export const INVENTORY_MUTATIONS: readonly Mutation[] = [
  {
    name: 'enough-available',
    safeguard: 'pieces are taken only where there are enough',
    edits: [
      {
        module: WRITES,
        from: 'condition: allOf(ENOUGH_AVAILABLE, NOT_HELD_BY_ORDER, ROOM_FOR_HOLD)',
        to: 'condition: allOf(NOT_HELD_BY_ORDER, ROOM_FOR_HOLD)',
      },
    ],
  },
  {
    name: 'room-for-hold',
    safeguard: 'a shard has so few holds that a write costs one unit, whatever is open (hole 6)',
    scenario: 'hot-sku',
    edits: [
      {
        module: WRITES,
        from: 'condition: allOf(ENOUGH_AVAILABLE, NOT_HELD_BY_ORDER, ROOM_FOR_HOLD)',
        to: 'condition: allOf(ENOUGH_AVAILABLE, NOT_HELD_BY_ORDER)',
      },
    ],
  },
  {
    name: 'one-hold-per-order',
    safeguard: 'a shard has one hold of an order at most: a repeated take adds nothing',
    edits: [
      {
        module: WRITES,
        from: 'condition: allOf(ENOUGH_AVAILABLE, NOT_HELD_BY_ORDER, ROOM_FOR_HOLD)',
        to: 'condition: allOf(ENOUGH_AVAILABLE, ROOM_FOR_HOLD)',
      },
    ],
  },
  {
    name: 'sell-token',
    safeguard: 'Confirm sells the token that the decision counted on, and no other',
    edits: [
      {
        module: WRITES,
        from: "condition: HAS_TOKEN,\n        names: { '#order': orderId },\n        values: { ':token': token, ':sold'",
        to: "condition: 'attribute_exists(#holds.#order)',\n        names: { '#order': orderId },\n        values: { ':token': token, ':sold'",
      },
    ],
  },
  {
    name: 'sell-once',
    safeguard: 'a hold is sold once',
    edits: [
      {
        module: WRITES,
        from: "condition: HAS_TOKEN,\n        names: { '#order': orderId },\n        values: { ':token': token, ':sold'",
        to: "condition: 'attribute_exists(#holds)',\n        names: { '#order': orderId },\n        values: { ':token': token, ':sold'",
      },
    ],
  },
  {
    name: 'give-back-once',
    safeguard: 'a hold returns to stock once',
    edits: [
      {
        module: WRITES,
        from: "condition: HAS_TOKEN,\n        names: { '#order': orderId },\n        values: { ':token': token, ':quantity'",
        to: "condition: 'attribute_exists(#holds)',\n        names: { '#order': orderId },\n        values: { ':token': token, ':quantity'",
      },
    ],
  },
  {
    name: 'token-per-try',
    safeguard: 'every try has a token of its own, so that a late write is recognized (hole 3 and 4)',
    edits: [
      {
        module: at('holding'),
        from: 'token: toToken({ quantity, attempt, tryId })',
        to: "token: toToken({ quantity, attempt: 0, tryId: 'same' })",
      },
    ],
  },
  {
    name: 'transfer-number',
    safeguard: 'a transfer between shards leaves its source once',
    edits: [
      {
        module: WRITES,
        from: 'condition: allOf(ENOUGH_AVAILABLE, NO_TRANSFER, NEXT_TRANSFER)',
        to: 'condition: ENOUGH_AVAILABLE',
      },
    ],
  },
  {
    name: 'transfer-received',
    safeguard: 'a transfer between shards arrives once',
    edits: [
      {
        module: WRITES,
        from: 'condition: anyOf(NEVER_RECEIVED, RECEIVED_EARLIER)',
        to: "condition: 'attribute_exists(#sku) OR attribute_not_exists(#sku)'",
      },
    ],
  },
  {
    name: 'delivery-number',
    safeguard: 'a delivery whose write takes effect late adds nothing',
    edits: [
      {
        module: at('deliveries'),
        from: "condition: '#last_delivery.#seq = :before'",
        to: "condition: 'attribute_exists(#last_delivery)'",
      },
    ],
  },
  {
    name: 'delivery-notes',
    safeguard: 'a delivery before the latest is known by its note (hole 8)',
    edits: [
      {
        module: at('deliveries'),
        from: 'return (await this.#notes.get(noteKey(sku, deliveryId))) !== undefined;',
        to: 'return false;',
      },
    ],
  },
];
