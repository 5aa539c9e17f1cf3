/** A real API on a free port, and shorthands to talk to it. */
import { ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { decodeOrderPlaced, type PlacedOrder } from '@order-pipeline/contracts/order-event';
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import type { TestStack } from '@order-pipeline/local/test-stack';
import { createSqs } from '@order-pipeline/platform/aws';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import { createLogger } from '@order-pipeline/platform/logger';
import { loadConfig } from '../src/config.js';
import { start } from '../src/start.js';

/** A running API. */
export interface TestApi {
  readonly url: string;
  /** Everything that was logged, as text. */
  logs(): string;
  stop(): Promise<void>;
}

/** Starts an API on the stack; `env` adds to and overrides the stack's settings. */
export async function startApi(
  stack: Pick<TestStack, 'env'>,
  env: Readonly<Record<string, string>> = {},
): Promise<TestApi> {
  let logs = '';
  const logger = createLogger('order-api', 'info', {
    write: (line: string) => {
      logs += line;
    },
  });
  // A process that waits for a core must not take Redis for slow, nor itself for overloaded.
  const patient = { REDIS_TIMEOUT_MS: '5000', MAX_EVENT_LOOP_LAG_MS: '60000' };
  const wide = { LOGIN_RATE_LIMIT: '100000/minute', RATE_LIMIT: '100000/minute', ...patient };
  const running = await start(loadConfig({ ...stack.env, ...wide, PORT: '0', ...env }), logger);
  return { url: `http://localhost:${running.port}`, logs: () => logs, stop: () => running.stop() };
}

/** A response with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are checked field by field
  readonly body: any;
}

/** Sends a request. A `json` body is encoded and posted; any other body is sent unchanged. */
export async function call(
  url: string,
  { json, ...init }: RequestInit & { json?: unknown } = {},
): Promise<Answer> {
  const withJson = {
    method: 'POST',
    body: JSON.stringify(json),
    headers: { 'Content-Type': 'application/json', ...(init.headers as Record<string, string>) },
  };
  const response = await fetch(url, { ...init, ...(json !== undefined && withJson) });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** Logs a user in and returns the `Authorization` header field. */
export async function logIn(api: TestApi, userId: string): Promise<{ Authorization: string }> {
  const { body } = await call(`${api.url}/login`, { json: { user_id: userId } });
  return { Authorization: `Bearer ${body.access_token}` };
}

/** Places an order for the smallest amount unless `body` says otherwise. */
export async function placeOrder(
  api: TestApi,
  userId: string,
  body: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return call(`${api.url}/orders`, {
    json: { user_id: userId, amount: 999, ...body },
    headers: { ...(await logIn(api, userId)), ...headers },
  });
}

const CLIENT = { region: 'us-east-1', maxAttempts: 3, requestTimeoutMs: 2_000 };

/** An order as the processor gets it. */
export interface ReceivedOrder {
  readonly order: PlacedOrder;
  readonly attributes: Readonly<Record<string, string | undefined>>;
}

/** Receives messages from the order queue until `count` of `userId` have arrived. */
export async function receiveOrders(
  stack: Pick<TestStack, 'env'>,
  userId: string,
  count: number,
  sqs: SQSClient = createSqs(CLIENT),
): Promise<ReceivedOrder[]> {
  const received: ReceivedOrder[] = [];
  for (let empty = 0; received.length < count && empty < 50; empty += 1) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: stack.env.SQS_QUEUE_URL,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
        MessageAttributeNames: ['All'],
      }),
    );
    for (const { Body = '', MessageAttributes = {} } of Messages) {
      const order = decodeOrderPlaced(Body);
      if (order.user_id !== userId) continue;
      const attributes = Object.fromEntries(
        Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]),
      );
      received.push({ order, attributes });
    }
  }
  return received;
}

/** Writes a record as the processor would. */
export async function putRecord(stack: Pick<TestStack, 'env'>, record: OrderRecord): Promise<void> {
  await createDynamo(CLIENT).put({ TableName: stack.env.ORDERS_TABLE ?? '', Item: { ...record } });
}

/** A record of an order that a worker has claimed. */
export function toRecord(orderId: string, userId: string, fields: Partial<OrderRecord> = {}): OrderRecord {
  return {
    order_id: orderId,
    user_id: userId,
    status: 'PROCESSING',
    amount: 999,
    currency: 'USD',
    items: [{ sku: 'MUG-01', quantity: 2 }],
    created_at: '2026-01-15T09:30:00.000Z',
    updated_at: '2026-01-15T09:30:01.000Z',
    attempt: 1,
    claim_id: 'c1',
    lease_until: 1_768_469_430_000,
    ...fields,
  };
}
