/** The local lab: orders of every outcome, faults and the verdict, over an API and a stack control that are stand-ins. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Code, ConnectError } from '@connectrpc/connect';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Fault, LocalLabService, Outcome } from '@order-pipeline/contracts/gen/operations/v1/local_lab_pb';
import { RpcHarness } from './rpc-harness.js';

/** Requests that the API got, as `METHOD path body`. */
const requests: string[] = [];
/** Answers that the API gives before its usual ones, by path. */
const answers: {
  readonly path: string;
  readonly status: number;
  readonly headers?: Record<string, string>;
}[] = [];
const controlled: object[] = [];
let controlStatus = 200;
let placed = 0;
let api: Server;
let control: Server;
let harness: RpcHarness;

async function listen(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  api = createServer(async (request, response) => {
    const body = await text(request);
    const path = new URL(request.url ?? '', 'http://api').pathname;
    requests.push(`${path} ${body}`);
    const index = answers.findIndex((answer) => path.startsWith(answer.path));
    const [planned] = index < 0 ? [] : answers.splice(index, 1);
    if (planned) {
      response
        .writeHead(planned.status, planned.headers)
        .end(planned.status === 418 ? 'no json' : '{"title":"No"}');
      return;
    }
    if (path === '/login') return response.end('{"access_token":"t"}');
    placed += 1;
    const order_id = `00000000-0000-7000-8000-${String(placed).padStart(12, '0')}`;
    const poll_url = `http://api/orders/${order_id}?signature=s`;
    const accepted = { order_id, poll_url, requested_at: '2026-01-15T09:30:00.000Z' };
    return response.writeHead(202, { 'x-request-id': 'r1' }).end(JSON.stringify(accepted));
  });
  control = createServer(async (request, response) => {
    const body = await text(request);
    if (body) controlled.push(JSON.parse(body));
    const until = Date.parse('2026-01-15T09:30:00.000Z');
    const states = [{ fault: 'kill-scoring', until, injections: 2, available: true, detail: 'twice' }];
    response.writeHead(controlStatus, { 'content-type': 'application/json' }).end(JSON.stringify(states));
  });
  const [ORDER_API_URL, LOCAL_CONTROL_URL] = [await listen(api), await listen(control)];
  harness = await RpcHarness.start({ ORDER_API_URL, LOCAL_CONTROL_URL, LOCAL_CONTROL_TOKEN: 'token' });
});

afterEach(() => {
  requests.length = 0;
  answers.length = 0;
  controlStatus = 200;
});

afterAll(async () => {
  await harness.stop();
  for (const server of [api, control]) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

const client = () => harness.clientOf(LocalLabService, 'connect');

async function place(outcome: Outcome, count = 1) {
  const orders: { orderId: string; outcome: Outcome }[] = [];
  let last: { accepted: number; refused: number; problem: string; finished: boolean } | undefined;
  for await (const message of client().placeOrders({ outcome, count })) {
    orders.push(...message.placed);
    last = message;
  }
  return { orders, last };
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => Code[ConnectError.from(error).code],
  );

describe('placing orders', () => {
  test.each([
    [Outcome.COMPLETED, '/orders', /tok_visa/],
    [Outcome.PAYMENT_DECLINED, '/orders', /tok_chargeDeclined/],
    [Outcome.UNKNOWN_SKU, '/orders', /NO-SUCH-SKU/],
    [Outcome.FRAUD_SUSPECTED, '/orders', /2000000/],
    [Outcome.AUTHENTICATION_REQUIRED, '/orders', /tok_threeDSecureRequired/],
    [Outcome.CANCELLED, '/cancel', /cancel/],
  ])('of the outcome %d', async (outcome, path, sent) => {
    const { orders, last } = await place(outcome);
    expect(orders).toMatchObject([{ outcome }]);
    expect(last).toMatchObject({ accepted: 1, refused: 0, problem: '', finished: true });
    expect(requests.filter((request) => request.includes(path)).at(-1)).toMatch(sent);
  });

  test('of a mix', async () => {
    const { orders, last } = await place(Outcome.MIXED, 40);
    expect(new Set(orders.map(({ orderId }) => orderId)).size).toBe(40);
    expect(last).toMatchObject({ accepted: 40, finished: true });
  });

  test('as dead letters, past the API', async () => {
    const { orders } = await place(Outcome.DEAD_LETTER);
    expect(orders).toMatchObject([{ outcome: Outcome.DEAD_LETTER }]);
    expect(requests).toEqual([]);
  });

  test('waits where the API asks for it, and names what it refuses', async () => {
    answers.push({ path: '/orders', status: 429, headers: { 'retry-after': '0' } });
    expect((await place(Outcome.COMPLETED)).last).toMatchObject({ accepted: 1 });
    answers.push({ path: '/orders', status: 401 });
    expect((await place(Outcome.COMPLETED)).last).toMatchObject({
      refused: 1,
      problem: 'the API answered: No',
    });
    answers.push({ path: '/orders', status: 418 });
    expect((await place(Outcome.COMPLETED)).last).toMatchObject({ problem: 'the API answered: status 418' });
  });

  test('needs an outcome, and a number and a rate that can be', async () => {
    for (const request of [
      {},
      { outcome: Outcome.MIXED, count: 10_001 },
      { outcome: Outcome.MIXED, rate: 2_000 },
    ])
      expect(await codeOf(client().placeOrders(request)[Symbol.asyncIterator]().next())).toBe(
        'InvalidArgument',
      );
  });
});

describe('faults', () => {
  test('are listed with their state', async () => {
    const { faults } = await client().listFaults({});
    expect(faults.find(({ fault }) => fault === Fault.KILL_SCORING)).toMatchObject({
      active: true,
      injections: 2,
      detail: 'twice',
    });
    expect(faults.find(({ fault }) => fault === Fault.STOP_REDIS)).toMatchObject({ available: false });
    expect(faults).toHaveLength(5);
  });

  test('are injected through the stack', async () => {
    await client().injectFault({ fault: Fault.SLOW_PAYMENTS, durationSeconds: 3 });
    expect(controlled.at(-1)).toEqual({ fault: 'slow-payments', duration_ms: 3_000, stop: false });
  });

  test('send messages twice while that fault lasts', async () => {
    const started = await client().injectFault({ fault: Fault.DUPLICATE_DELIVERIES, durationSeconds: 60 });
    expect(started.fault).toMatchObject({ active: true, injections: 0 });
    await place(Outcome.COMPLETED);
    const ended = await client().injectFault({ fault: Fault.DUPLICATE_DELIVERIES, stop: true });
    expect(ended.fault).toMatchObject({
      active: false,
      injections: 1,
      detail: '1 messages were sent twice.',
    });
  });

  test.each([
    [{ fault: Fault.UNSPECIFIED }, 200, 'InvalidArgument'],
    [{ fault: Fault.STOP_REDIS, durationSeconds: 121 }, 200, 'InvalidArgument'],
    [{ fault: Fault.STOP_REDIS }, 409, 'FailedPrecondition'],
    [{ fault: Fault.STOP_REDIS }, 500, 'Unavailable'],
  ])('%j with the answer %d is %s', async (request, status, code) => {
    controlStatus = status;
    expect(await codeOf(client().injectFault(request))).toBe(code);
  });
});

test('the verdict counts the orders that were placed here', async () => {
  const { orders } = await place(Outcome.COMPLETED);
  expect(orders).toHaveLength(1);
  for await (const verdict of client().watchVerdict({})) {
    expect(verdict).toMatchObject({ final: 0, lost: 0, doubleCharged: 0, oversold: 0, statuses: [] });
    expect(verdict.accepted).toBeGreaterThan(0);
    break;
  }
});
