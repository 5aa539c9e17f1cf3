/** Additions to the controllers for the OpenAPI document: errors, header fields and parameters of every call. */
import type { ProblemName } from '../src/http/problem-kinds.ts';

/** Further responses of a call in addition to its success, and the header fields of all of them. */
export interface CallRules {
  /** Problems that it can return. */
  readonly problems: readonly ProblemName[];
  /** Header fields of its successful answers, by status. */
  readonly headers?: Readonly<Record<string, readonly HeaderName[]>>;
  /** Responses without a body other than its success: the meaning of each, by status. */
  readonly bare?: Readonly<Record<string, string>>;
  /** True when a quota counts the call. */
  readonly limited: boolean;
}

const BODY = ['malformed', 'tooLarge', 'wrongMediaType', 'invalid'] as const;
const ONE_ORDER = [
  'malformed',
  'unauthenticated',
  'forbidden',
  'notFound',
  'notPlaced',
  'expiredUrl',
] as const;
const COMMON = ['quotaExceeded', 'internal', 'unavailable'] as const;

/** The rules of each call, by operation id. */
export const CALLS: Readonly<Record<string, CallRules>> = {
  login: { problems: [...BODY, 'unauthenticated', 'unknownPath', ...COMMON], limited: true },
  placeOrder: {
    problems: [
      ...BODY,
      'unauthenticated',
      'forbidden',
      'keyInFlight',
      'keyReused',
      'outcomeUnknown',
      ...COMMON,
    ],
    headers: { 202: ['Location', 'Retry-After', 'Idempotency-Replayed'] },
    limited: true,
  },
  listOrders: { problems: ['unauthenticated', 'invalid', ...COMMON], limited: true },
  getOrder: {
    problems: [...ONE_ORDER, 'invalid', ...COMMON],
    headers: {
      200: ['ETag', 'Retry-After', 'Preference-Applied'],
      304: ['ETag', 'Retry-After', 'Preference-Applied'],
    },
    bare: { 304: 'Nothing has changed since the response that If-None-Match names' },
    limited: true,
  },
  followOrder: {
    problems: [...ONE_ORDER, 'invalid', ...COMMON],
    bare: { 204: 'The client has received the last status: no further event follows' },
    limited: true,
  },
  cancelOrder: { problems: [...ONE_ORDER, 'alreadyDecided', ...COMMON], limited: true },
  registerWebhookEndpoint: {
    problems: [...BODY, 'unauthenticated', 'forbidden', 'unknownPath', ...COMMON],
    headers: { 201: ['Location'] },
    limited: true,
  },
  listWebhookEndpoints: { problems: ['unauthenticated', 'invalid', 'unknownPath', ...COMMON], limited: true },
  getWebhookEndpoint: {
    problems: ['malformed', 'unauthenticated', 'invalid', 'notFound', ...COMMON],
    limited: true,
  },
  changeWebhookEndpoint: { problems: [...BODY, 'unauthenticated', 'notFound', ...COMMON], limited: true },
  rotateWebhookSecret: { problems: [...BODY, 'unauthenticated', 'notFound', ...COMMON], limited: true },
  sendTestWebhook: {
    problems: ['malformed', 'unauthenticated', 'invalid', 'notFound', ...COMMON],
    limited: true,
  },
  listWebhookDeliveries: {
    problems: ['malformed', 'unauthenticated', 'invalid', 'notFound', ...COMMON],
    limited: true,
  },
  redeliverWebhook: {
    problems: ['malformed', 'unauthenticated', 'invalid', 'notFound', ...COMMON],
    limited: true,
  },
  getHealth: { problems: ['quotaExceeded', 'internal'], limited: true },
  getReadiness: { problems: ['quotaExceeded', 'internal'], limited: true },
  getMetrics: { problems: ['quotaExceeded', 'internal'], limited: true },
};

/** A header field of a response. */
export type HeaderName = keyof typeof HEADERS;

/** The header fields of responses. */
export const HEADERS = {
  'X-Request-ID': {
    description: 'Names the request in logs: the one that the client sent, if it was valid.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,128}$', maxLength: 128 },
    example: '0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19',
  },
  RateLimit: {
    description:
      'Requests left in the window, and seconds until it ends (draft-ietf-httpapi-ratelimit-headers-10).',
    schema: { type: 'string', pattern: '^"[a-z]+";r=[0-9]+;t=[0-9]+$', maxLength: 64 },
    example: '"default";r=99;t=60',
  },
  'RateLimit-Policy': {
    description: 'The quota, and its window in seconds.',
    schema: { type: 'string', pattern: '^"[a-z]+";q=[0-9]+;w=[0-9]+$', maxLength: 64 },
    example: '"default";q=100;w=60',
  },
  'Retry-After': {
    description: 'Time until the next request, in seconds. On an order: absent once it is final.',
    schema: { type: 'integer', format: 'int32', minimum: 1, maximum: 86_400 },
    example: 1,
  },
  'WWW-Authenticate': {
    description: 'Required authentication scheme (RFC 6750).',
    schema: { type: 'string', pattern: '^Bearer ', maxLength: 256 },
    example: 'Bearer realm="orders", error="invalid_token"',
  },
  Location: {
    description: 'URL of what was created: the poll URL of an order, or the path of a webhook endpoint.',
    schema: { type: 'string', format: 'uri-reference', maxLength: 2_048 },
    example:
      'http://localhost:8000/orders/0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19?expires=1768642200&key_id=local&signature=3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  },
  'Idempotency-Replayed': {
    description: 'The response repeats that of an earlier request with the same Idempotency-Key.',
    schema: { type: 'string', enum: ['true'] },
    example: 'true',
  },
  ETag: {
    description: 'Names this state of the order (RFC 9110).',
    schema: { type: 'string', pattern: '^"[A-Za-z0-9_-]{22}"$', maxLength: 24 },
    example: '"3Ty_iqgNrvzttCqkx24JXF"',
  },
  'Preference-Applied': {
    description: 'Longest time that the response was held back, in seconds (RFC 7240).',
    schema: { type: 'string', pattern: '^wait=[0-9]{1,2}$', maxLength: 7 },
    example: 'wait=10',
  },
} as const;

/**
 * Additions to parameters, which are checked elsewhere than in the controllers' validation. Required ones need an
 * example.
 */
export const PARAMETERS: Readonly<Record<string, { schema: object; example?: string }>> = {
  order_id: { schema: { format: 'uuid', maxLength: 36 }, example: '0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19' },
  expires: { schema: { pattern: '^[0-9]{10}$', maxLength: 10 } },
  key_id: { schema: { pattern: '^[A-Za-z0-9_-]{1,32}$', maxLength: 32 } },
  signature: {
    schema: { pattern: '^[A-Za-z0-9_-]{43}$', maxLength: 43 },
  },
  fingerprint: {
    schema: { pattern: '^[A-Za-z0-9_-]{22}$', maxLength: 22 },
  },
  'Idempotency-Key': {
    schema: { pattern: '^("[ !#-\\[\\]-~]{1,255}"|[!#-\\[\\]-~]{1,255})$', maxLength: 257 },
  },
  Prefer: { schema: { pattern: '^[\\t -~]*$', maxLength: 256 } },
  'If-None-Match': {
    schema: { pattern: '^[\\t -~]*$', maxLength: 1_024 },
  },
  'Last-Event-ID': { schema: { pattern: '^[A-Z]*$', maxLength: 16 } },
  endpoint_id: {
    schema: { pattern: '^[A-Za-z0-9-]{1,36}$', maxLength: 36 },
    example: '0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19',
  },
  event_id: {
    schema: { pattern: '^[A-Za-z0-9:._-]{1,256}$', maxLength: 256 },
    example: '0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19:completed',
  },
  cursor: {
    schema: {},
  },
  limit: { schema: {} },
  status: { schema: {} },
  created_after: { schema: { format: 'date-time' } },
  created_before: { schema: { format: 'date-time' } },
};
