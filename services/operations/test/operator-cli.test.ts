/** `npm run orders` as a process: the dispatcher, the local stack's defaults, exit codes, a stopped stack. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { encodeOrderPlaced } from '@order-pipeline/contracts/order-event';
import { placed } from '../../order-processor/test/placed.js';
import { ProtocolHarness } from '../../order-processor/test/protocol-harness.js';
import { Operator } from './operator-harness.js';

const DISPATCHER = fileURLToPath(new URL('../../../scripts/orders.mjs', import.meta.url));

let harness: ProtocolHarness;
let operator: Operator;

beforeAll(async () => {
  harness = await ProtocolHarness.start();
  operator = new Operator(harness);
});

afterAll(async () => {
  operator.close();
  await harness.stop();
});

/** Runs the command with nothing set but the ports of the stack and what is given. */
async function orders(args: readonly string[], env: Record<string, string> = {}) {
  const ports = {
    LOCAL_SQS_PORT: String(harness.stack.sqs.port),
    LOCAL_DYNAMODB_PORT: String(harness.stack.dynamo.port),
    SCORING_GRPC_PORT: new URL(harness.config.inventoryUrl).port,
  };
  const run = promisify(execFile)(process.execPath, [DISPATCHER, ...args], {
    env: { USER: 'alice', ...ports, ...env },
  });
  const { stdout, stderr, code } = await run.then(
    (done) => ({ ...done, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  );
  return { code, out: stdout, err: stderr };
}

test('without settings the local stack is meant', async () => {
  expect(await orders(['dlq', 'list'])).toEqual({
    code: 0,
    out: 'The dead-letter queue is empty.\n',
    err: '',
  });
});

test('a dead letter is failed from its list', async () => {
  const order = {
    order_id: 'cli-1',
    user_id: 'u123',
    amount: 2500,
    currency: 'USD',
    items: [{ sku: 'MUG-01', quantity: 2 }],
    payment_method: 'tok_visa',
    created_at: '2026-01-15T09:30:00.000Z',
  };
  await operator.deadLetter(encodeOrderPlaced(order));
  const { out } = await orders(['dlq', 'list', '--json']);
  const [{ order_id }] = JSON.parse(out);
  expect(await orders(['dlq', 'fail', order_id, '--reason', 'test'])).toMatchObject({ code: 0 });
  expect(await orders(['show', 'cli-1'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^status +FAILED \(RETRIES_EXHAUSTED\)\nnote +test$/m),
  });
});

test('a delivery counts once, and stock is listed', async () => {
  const before = async () =>
    JSON.parse((await orders(['stock', '--json'])).out).find(({ sku }: { sku: string }) => sku === 'MUG-01');
  const { available } = await before();
  const delivery = ['restock', 'MUG-01', '5', '--delivery-id', 'note-77'];
  expect(await orders([...delivery, '--dry-run'])).toMatchObject({
    code: 0,
    out: 'Would add 5 pieces of MUG-01.\n',
  });
  for (const _ of ['first', 'repeated'])
    expect(await orders(delivery)).toMatchObject({
      code: 0,
      out: `Delivery note-77: 5 pieces of MUG-01. Available now: ${available + 5}.\n`,
    });
  expect(await before()).toMatchObject({ available: available + 5 });
  expect((await orders(['stock'])).out).toMatch(/^MUG-01 +\d+ +\d+ +\d+ +\S+ \w{3}$/m);
});

test.each([
  ['no pieces', ['restock', 'MUG-01', '0', '--delivery-id', 'd1'], 2, 'Give a'],
  ['no delivery', ['restock', 'MUG-01', '5'], 2, "required option '--delivery-id <id>' not specified"],
  ['a SKU that is not there', ['restock', 'NONE', '5', '--delivery-id', 'd1'], 3, 'has no SKU NONE'],
])('restock with %s changes nothing', async (_, args, code, message) => {
  expect(await orders(args)).toMatchObject({ code, out: '', err: expect.stringContaining(message) });
});

test.each([
  ['SQS', ['dlq', 'list'], { LOCAL_SQS_PORT: '1' }, 'SQS at http://127.0.0.1:1 (AWS_ENDPOINT_URL_SQS)'],
  [
    'DynamoDB',
    ['show', 'o1'],
    { LOCAL_DYNAMODB_PORT: '1' },
    'DynamoDB at http://127.0.0.1:1 (AWS_ENDPOINT_URL_DYNAMODB)',
  ],
])('a stopped %s is one line, and 69', async (_, args, env, what) => {
  expect(await orders(args, env)).toEqual({
    code: 69,
    out: '',
    err: `orders: cannot reach ${what}: start the local stack with npm start, or set the variable to where it runs (and STAGE, if you mean another stage)\n`,
  });
});

test('missing settings are all named, and 78', async () => {
  const { code, err } = await orders(['dlq', 'list'], { STAGE: 'prod' });
  expect({ code, lines: err.split('\n').length }).toEqual({ code: 78, lines: 10 });
});

test('redrives those with a reason or of an age, and no others', async () => {
  await operator.deadLetterOrder(placed());
  await operator.moveBySqs('no order');
  const clock = () => Date.now();
  const redrive = (...args: string[]) => operator.run(['dlq', 'redrive', ...args], undefined, { clock });
  expect((await redrive('--older-than', '3600', '--dry-run')).out).toBe(
    'No dead letter matches the filter: nothing to redrive.\n',
  );
  expect((await redrive('--older-than', '0.001', '--dry-run')).out).toContain('Would redrive 2 messages');
  expect((await redrive('--reason', 'RETRIES_EXHAUSTED')).out).toContain('Redriven: 1 message');
  expect((await operator.visible()).length).toBe(1);
  expect((await redrive('--all', '--reason', 'POISON')).code).toBe(2);
});
