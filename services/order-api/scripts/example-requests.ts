/** Requests that show the API from login to redelivery, derived from its OpenAPI document. */

// biome-ignore lint/suspicious/noExplicitAny: documents are walked by their names
type Json = any;

/** One request. Names in `{braces}` are variables. */
export interface ExampleRequest {
  readonly operationId: string;
  /** Heading under which it is shown. */
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly method: string;
  /** Path with `{variables}`, below the API's base URL or, when `signed`, below the order's `poll_url`. */
  readonly path: string;
  /** True when the order's signed URL is the right to send it. */
  readonly signed: boolean;
  /** True when it needs the access token. */
  readonly bearer: boolean;
  readonly body?: Json;
  /** Variables that its response sets: the field of each. */
  readonly sets: Readonly<Record<string, string>>;
}

/** Sequence in which the requests can be sent. */
const SEQUENCE = [
  'login',
  'placeOrder',
  'getOrder',
  'followOrder',
  'listOrders',
  'cancelOrder',
  'registerWebhookEndpoint',
  'listWebhookEndpoints',
  'getWebhookEndpoint',
  'changeWebhookEndpoint',
  'sendTestWebhook',
  'listWebhookDeliveries',
  'redeliverWebhook',
  'rotateWebhookSecret',
  'getHealth',
  'getReadiness',
  'getMetrics',
];

/** Variables that later requests need, by the operation whose answer holds them. */
const SETS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  login: { token: 'access_token' },
  placeOrder: { poll_url: 'poll_url' },
  registerWebhookEndpoint: { endpoint_id: 'endpoint_id' },
  sendTestWebhook: { event_id: 'event_id' },
};

/**
 * Returns one request for each operation, in a sequence in which they can be sent.
 *
 * @throws {Error} when an operation has no place in the sequence.
 */
export function toExampleRequests(document: Json): ExampleRequest[] {
  const requests = Object.entries<Json>(document.paths).flatMap(([path, operations]) =>
    Object.entries<Json>(operations).map(([method, operation]) => toRequest(path, method, operation)),
  );
  const placeOf = ({ operationId }: ExampleRequest) => {
    const place = SEQUENCE.indexOf(operationId);
    if (place < 0) throw new Error(`example-requests.ts has no place for ${operationId}`);
    return place;
  };
  return requests.toSorted((a, b) => placeOf(a) - placeOf(b));
}

function toRequest(path: string, method: string, operation: Json): ExampleRequest {
  const { operationId, tags, summary, description, requestBody, security } = operation;
  const signed = security.some((one: Json) => one.signed_url);
  return {
    operationId,
    tag: tags[0],
    summary,
    description,
    method: method.toUpperCase(),
    path: signed ? path.replace('/orders/{order_id}', '') : path,
    signed,
    bearer: !signed && security.some((one: Json) => one.bearer),
    ...(requestBody && { body: requestBody.content['application/json'].example }),
    sets: SETS[operationId] ?? {},
  };
}
