/** Orders that end in every way, placed through the API of the running tasks. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stockCatalogue } from '@order-pipeline/local/catalogue';
import type { Cloud, Values } from './cloud.ts';
import type { Issuer } from './issuer.ts';
import { tryOperations } from './operations.ts';
import type { RegisteredTask, RunningTasks } from './tasks.ts';
import { tryWebhooks } from './webhooks.ts';

/** An order to place, and its expected end. */
interface Case {
  readonly order: object;
  readonly status: string;
  readonly reason?: string;
}

const CASES: readonly Case[] = [
  { order: { amount: 999 }, status: 'COMPLETED' },
  { order: { amount: 2_500, items: [{ sku: 'MUG-01', quantity: 2 }] }, status: 'COMPLETED' },
  {
    order: { amount: 2_500, items: [{ sku: 'VINYL-01', quantity: 1 }] },
    status: 'REJECTED',
    reason: 'OUT_OF_STOCK',
  },
  {
    order: { amount: 999, items: [{ sku: 'NO-SUCH', quantity: 1 }] },
    status: 'REJECTED',
    reason: 'UNKNOWN_SKU',
  },
  {
    order: { amount: 999, items: [{ sku: 'MUG-01', quantity: 1 }] },
    status: 'REJECTED',
    reason: 'AMOUNT_MISMATCH',
  },
  {
    order: { amount: 999, payment_method: 'tok_chargeDeclined' },
    status: 'REJECTED',
    reason: 'PAYMENT_DECLINED',
  },
  { order: { amount: 2_000_000 }, status: 'REJECTED', reason: 'FRAUD_SUSPECTED' },
];

/** Maximum number of orders that are placed until one is cancelled before a worker decides it. */
const CANCEL_TRIES = 50;

/** An account of the stack. */
export interface Account {
  readonly user: string;
  readonly password: string;
}

/** Options of the trial. */
export interface TrialOptions {
  readonly root: string;
  readonly cloud: Cloud;
  /** The emulator's URL, for operators' commands. */
  readonly endpoint: string;
  readonly tasks: RunningTasks;
  readonly account: Account;
  /** Issuer of the operators who use the console; absent where it is off. */
  readonly issuer?: Issuer;
}

/** Runs the smoke test, then an order for every outcome. Returns the outcomes that were seen. */
export async function tryOrders(options: TrialOptions): Promise<string[]> {
  const { root, tasks, account } = options;
  const api = `http://127.0.0.1:${tasks.ports.api}`;
  const login = JSON.stringify({ user_id: account.user, password: account.password });
  await stockCatalogue(`http://127.0.0.1:${tasks.ports.scoringHttp}`);
  await promisify(execFile)(join(root, 'scripts/smoke.sh'), {
    env: {
      PATH: process.env.PATH,
      API_URL: api,
      PROCESSOR_URL: `http://127.0.0.1:${tasks.ports.processor}`,
      SMOKE_LOGIN: login,
    },
  }).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`The smoke test failed:\n${error.stdout}${error.stderr}`);
  });
  const { access_token: token } = await post(`${api}/login`, JSON.parse(login));
  const place = (order: object) => post(`${api}/orders`, { user_id: account.user, ...order }, String(token));
  const seen: string[] = [];
  for (const { order, status, reason } of CASES) {
    const accepted = await place(order);
    const final = await untilFinal(String(accepted.poll_url));
    if (final.status !== status || final.reason !== reason) {
      throw new Error(
        `${JSON.stringify(order)} ended as ${final.status} ${final.reason ?? ''}, not ${status} ${reason ?? ''}`,
      );
    }
    seen.push(reason ?? status);
  }
  if (tasks.registered.webhooks) {
    const placeOrder = () => place({ amount: 999 });
    seen.push(await tryWebhooks({ api, token: String(token), placeOrder }));
  }
  seen.push(await cancelOne(place));
  seen.push(await failOne(options, place));
  if (tasks.registered.operations && options.issuer)
    seen.push(...(await operate(options, options.issuer, tasks.registered.operations, place)));
  return seen;
}

/** Tries the console while the processor is stopped, so that orders wait for the operator. */
function operate(
  { cloud, tasks, account }: TrialOptions,
  issuer: Issuer,
  registered: RegisteredTask,
  place: (order: object) => Promise<Record<string, unknown>>,
): Promise<string[]> {
  const { SQS_QUEUE_URL: queue, SQS_DLQ_URL: deadLetters } = registered.environment;
  return tryOperations({
    url: `http://127.0.0.1:${tasks.ports.operations}`,
    ...{ issuer, registered, user: account.user },
    place: async () => String((await place({ amount: 999 })).order_id),
    deadLetter: (orderId) => deadLetter(cloud, String(queue), String(deadLetters), orderId),
  });
}

async function cancelOne(place: (order: object) => Promise<Record<string, unknown>>): Promise<string> {
  for (let tries = 0; tries < CANCEL_TRIES; tries += 1) {
    const { poll_url: pollUrl } = await place({ amount: 999 });
    const url = new URL(String(pollUrl));
    url.pathname += '/cancel';
    const response = await fetch(url, { method: 'POST' });
    if (!response.ok) continue;
    const final = await untilFinal(String(pollUrl));
    if (final.status === 'CANCELLED') return 'CANCELLED';
  }
  throw new Error(`None of ${CANCEL_TRIES} orders could be cancelled`);
}

/** Moves an order's message to the dead-letter queue, as SQS would after five receives. */
async function deadLetter(cloud: Cloud, queue: string, deadLetters: string, orderId: string): Promise<void> {
  for (const end = Date.now() + 90_000; Date.now() < end; ) {
    const { Messages = [] } = await cloud.call<{ Messages?: Values[] }>('sqs', 'ReceiveMessage', {
      QueueUrl: queue,
      MessageAttributeNames: ['All'],
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
    });
    for (const { Body, MessageAttributes = {}, ReceiptHandle } of Messages) {
      if (!String(Body).includes(orderId)) continue;
      await cloud.call('sqs', 'SendMessage', { QueueUrl: deadLetters, MessageBody: Body, MessageAttributes });
      await cloud.call('sqs', 'DeleteMessage', { QueueUrl: queue, ReceiptHandle });
      return;
    }
  }
  throw new Error(`The order queue does not have ${orderId}`);
}

/** An order that no worker gets to is dead-lettered, and an operator fails it by the command of the runbook. */
async function failOne(
  { root, cloud, endpoint, tasks }: TrialOptions,
  place: (order: object) => Promise<Record<string, unknown>>,
): Promise<string> {
  await tasks.stopProcessor();
  const { environment } = tasks.registered['order-processor'];
  const [queue, deadLetters] = [environment.SQS_QUEUE_URL, environment.SQS_DLQ_URL];
  const { order_id: orderId, poll_url: pollUrl } = await place({ amount: 999 });
  await deadLetter(cloud, String(queue), String(deadLetters), String(orderId));
  const scoring = `http://127.0.0.1:${tasks.ports.grpc}`;
  await promisify(execFile)(
    process.execPath,
    ['scripts/orders.mjs', 'dlq', 'fail', String(orderId), '--reason', 'rehearsed'],
    {
      cwd: root,
      env: {
        ...{ PATH: process.env.PATH, USER: 'rehearsal', ...environment },
        ...{ INVENTORY_URL: scoring, FRAUD_URL: scoring, PAYMENT_URL: scoring },
        ...{
          AWS_ENDPOINT_URL_SQS: endpoint,
          AWS_ENDPOINT_URL_DYNAMODB: endpoint,
          AWS_ENDPOINT_URL_SNS: endpoint,
        },
        ...{ AWS_ACCESS_KEY_ID: 'rehearsal', AWS_SECRET_ACCESS_KEY: 'rehearsal' },
      },
    },
  ).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`The order could not be failed:\n${error.stdout}${error.stderr}`);
  });
  const final = await untilFinal(String(pollUrl));
  if (final.status !== 'FAILED') throw new Error(`The failed order reads ${final.status}`);
  return 'FAILED';
}

async function post(url: string, body: object, token?: string): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

async function untilFinal(pollUrl: string): Promise<Record<string, unknown>> {
  const end = Date.now() + 60_000;
  for (;;) {
    const response = await fetch(pollUrl, { headers: { prefer: 'wait=5' } });
    const order = (await response.json()) as Record<string, unknown>;
    if (!['PENDING', 'PROCESSING'].includes(String(order.status))) return order;
    if (Date.now() > end) throw new Error(`Order ${order.order_id} is still ${order.status} after a minute`);
  }
}
