/** Describes the webhooks that merchants receive, from the JSON Schemas of the events. */
import { readFileSync } from 'node:fs';

// biome-ignore lint/suspicious/noExplicitAny: documents are walked by their names
type Json = any;

const SCHEMAS = new URL('../../../proto/schemas/', import.meta.url);

/** Additions to an OpenAPI 3.1 document. */
export interface EventWebhooks {
  /** For `webhooks`. */
  readonly webhooks: Json;
  /** For `components.schemas`. */
  readonly schemas: Json;
}

const HEADER_PARAMETERS = [
  ['webhook-id', 'Id of the event, the same at every attempt.', '^[A-Za-z0-9:._-]+$', 256],
  ['webhook-timestamp', 'Time of the attempt, in epoch seconds.', '^[0-9]{10}$', 10],
  ['webhook-signature', 'Signatures, `v1,` and base64, separated by spaces.', '^v1,', 1_024],
].map(([name, description, pattern, maxLength]) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string', pattern, maxLength },
}));

/** Returns the webhooks of order events and of events about endpoints, with their schemas. */
export function describeEventWebhooks(): EventWebhooks {
  const schemas: Json = {};
  const add = (message: string) => {
    const { $schema, $id, title, $defs, ...schema } = read(message);
    Object.assign(schemas, { [title]: schema }, $defs);
    return title as string;
  };
  return {
    webhooks: {
      orderEvent: toWebhook(
        'receiveOrderEvent',
        'An order reached a terminal status or was refunded',
        add('orders.v1.OrderEvent'),
        ORDER_EXAMPLE,
      ),
      webhookEndpointEvent: toWebhook(
        'receiveWebhookEndpointEvent',
        'A test event, or the notice that another endpoint was disabled',
        add('orders.v1.WebhookEndpointEvent'),
        ENDPOINT_EXAMPLE,
      ),
    },
    schemas: moveReferences(schemas),
  };
}

function read(message: string): Json {
  return JSON.parse(readFileSync(new URL(`${message}.json`, SCHEMAS), 'utf8'));
}

function moveReferences(schemas: Json): Json {
  return JSON.parse(JSON.stringify(schemas).replaceAll('#/$defs/', '#/components/schemas/'));
}

function toWebhook(operationId: string, summary: string, schema: string, example: Json): Json {
  return {
    post: {
      operationId,
      summary,
      description:
        'Sent to registered endpoints by the Standard Webhooks specification: verify the signature of the raw body.',
      tags: ['Webhooks'],
      security: [],
      parameters: HEADER_PARAMETERS,
      requestBody: {
        required: true,
        content: {
          'application/cloudevents+json': { schema: { $ref: `#/components/schemas/${schema}` }, example },
        },
      },
      responses: {
        '2XX': { description: 'Accepted. Any other response is a failure, and the event is sent again.' },
      },
    },
  };
}

const ORDER_ID = '0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19';

const ORDER_EXAMPLE = {
  specversion: '1.0',
  id: `${ORDER_ID}:completed`,
  source: '/order-pipeline/orders',
  type: 'order.completed',
  subject: ORDER_ID,
  time: '2026-01-15T09:30:01.250Z',
  datacontenttype: 'application/json',
  dataschema: 'urn:order-pipeline:schema:orders.v1.OrderEventData',
  data: {
    order_id: ORDER_ID,
    user_id: 'u123',
    status: 'COMPLETED',
    amount: 2500,
    currency: 'USD',
    items: [{ sku: 'MUG-01', quantity: 2 }],
    created_at: '2026-01-15T09:30:00.000Z',
    updated_at: '2026-01-15T09:30:01.250Z',
  },
};

const ENDPOINT_EXAMPLE = {
  specversion: '1.0',
  id: `test-${ORDER_ID}:test`,
  source: '/order-pipeline/webhooks',
  type: 'webhook.test',
  subject: `test-${ORDER_ID}`,
  time: '2026-01-15T09:30:00.000Z',
  datacontenttype: 'application/json',
  data: { endpoint_id: ORDER_ID },
};
