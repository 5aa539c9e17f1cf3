/** The floor's processor: receives orders, makes the calls of each and deletes its message, in batches of ten. */
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Client, credentials, Metadata } from '@grpc/grpc-js';
import { toSdkConfig } from '../../harness/sdk-config.js';
import { createSdkRepeater } from './aws.js';
import { type OrderCalls, shiftOf } from './calls.js';
import { loadServices } from './rpc.js';

const MAX_IN_FLIGHT = 64;
const BATCH_SIZE = 10;
const DEADLINE_MS = 10_000;

const { SQS_QUEUE_URL: QueueUrl, GRPC_PORT, FLOOR_CALLS = '' } = process.env;
const recorded = JSON.parse(FLOOR_CALLS) as Readonly<Record<string, OrderCalls>>;
const repeater = createSdkRepeater();
const sqs = new SQSClient({ ...toSdkConfig(25_000), md5: false });
const services = loadServices();
const address = `127.0.0.1:${GRPC_PORT}`;
const clients = {
  inventory: new services.inventory(address, credentials.createInsecure()),
  fraud: new services.fraud(address, credentials.createInsecure()),
  payment: new services.payment(address, credentials.createInsecure()),
};

interface FloorOrder {
  readonly orderId: string;
  readonly userId: string;
  readonly amount: string;
  readonly items?: readonly { readonly sku: string; readonly quantity: number }[];
}

function call(client: Client, method: string, request: object, lines: number): Promise<unknown> {
  const metadata = new Metadata();
  metadata.set('x-lines', String(lines));
  metadata.set('x-request-id', '5b0e9c1e-7a58-4c55-9d0b-3f1d6a2f8b11');
  metadata.set('traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01');
  return new Promise((resolve, reject) => {
    const unary = Reflect.get(client, method).bind(client);
    unary(
      request,
      metadata,
      { deadline: Date.now() + DEADLINE_MS },
      (error: Error | null, response: unknown) => (error ? reject(error) : resolve(response)),
    );
  });
}

async function work(body: string): Promise<void> {
  const { orderId, userId, amount, items = [] } = JSON.parse(body) as FloorOrder;
  const calls = recorded[String(items.length)];
  if (!calls) throw new Error('no recording');
  const order = { id: orderId, shift: shiftOf(orderId) };
  const lines = items.length;
  const money = { order_id: orderId, amount, currency: 'USD' };
  const notAfter = { seconds: String(Math.floor(Date.now() / 1_000) + 10), nanos: 0 };
  await repeater.repeat(calls.claim, calls.orderId, order);
  await Promise.all([
    lines > 0 &&
      call(clients.inventory, 'Reserve', { ...money, lines: items, not_after: notAfter, attempt: 1 }, lines),
    call(clients.fraud, 'Score', { ...money, user_id: userId, quantity: String(lines) }, lines),
  ]);
  await call(
    clients.payment,
    'Authorize',
    { ...money, payment_method: 'tok_visa', not_after: notAfter },
    lines,
  );
  await repeater.repeat(calls.decide, calls.orderId, order);
  await Promise.all([
    call(clients.payment, 'Capture', { order_id: orderId }, lines),
    lines > 0 && call(clients.inventory, 'Confirm', { order_id: orderId, lines: items }, lines),
  ]);
}

const settled: string[] = [];
let inFlight = 0;
let freed: () => void = () => undefined;

async function deleteSettled(all: boolean): Promise<void> {
  while (settled.length >= (all ? 1 : BATCH_SIZE)) {
    const Entries = settled
      .splice(0, BATCH_SIZE)
      .map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

async function start(body: string, receiptHandle: string): Promise<void> {
  inFlight += 1;
  try {
    await work(body);
    settled.push(receiptHandle);
  } finally {
    inFlight -= 1;
    freed();
  }
  await deleteSettled(inFlight === 0);
}

process.once('SIGTERM', () => process.exit(0));
for (;;) {
  while (inFlight + BATCH_SIZE > MAX_IN_FLIGHT)
    await new Promise<void>((resolve) => {
      freed = resolve;
    });
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: BATCH_SIZE,
      WaitTimeSeconds: 20,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['ApproximateReceiveCount', 'MessageGroupId'],
    }),
  );
  for (const { Body = '', ReceiptHandle = '' } of Messages) void start(Body, ReceiptHandle);
}
