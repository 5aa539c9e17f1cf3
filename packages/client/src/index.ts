/**
 * TypeScript client of the order API.
 *
 * @packageDocumentation
 */
export { type CallOptions, OrderClient, type PlaceOrderOptions, type WaitOptions } from './client.js';
export * from './errors.js';
export type { OrderEvent, OrderEventType } from './events.js';
export type { OrderClientOptions, TokenProvider } from './http.js';
export {
  type AcceptedOrder,
  type FieldProblem,
  isFinal,
  type NewOrder,
  type Order,
  type OrderFilter,
  type OrderPage,
  type OrderRef,
  type OrderStatus,
  type Problem,
} from './types.js';
export {
  type VerifyWebhookOptions,
  verifyWebhook,
  type WebhookHeaders,
  WebhookVerificationError,
} from './webhook.js';
