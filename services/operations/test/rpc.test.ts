/** Every method through every protocol, on a real stack. */
import { Code, ConnectError } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  OperationsService,
  OrderStatus,
  Role,
  StepKind,
} from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { untilPasses } from '@order-pipeline/local/ready';
import { placed } from '../../order-processor/test/placed.js';
import { type Protocol, RpcHarness } from './rpc-harness.js';

let harness: RpcHarness;

beforeAll(async () => {
  harness = await RpcHarness.start();
});

afterAll(() => harness.stop());

const PROTOCOLS: readonly Protocol[] = ['connect', 'grpc'];

/** Code of the error that a call rejects with. */
async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  return await call.then(
    () => undefined,
    (error: unknown) => Code[ConnectError.from(error).code],
  );
}

/** The first messages of a stream; all of them by default. */
async function collect<T>(stream: AsyncIterable<T>, count = Number.POSITIVE_INFINITY): Promise<T[]> {
  const messages: T[] = [];
  for await (const message of stream) if (messages.push(message) >= count) break;
  return messages;
}

describe.each(PROTOCOLS)('by %s', (protocol) => {
  const client = () => harness.client(protocol);

  test('GetViewer: everybody is the operator of the local stage', async () => {
    expect(await client().getViewer({})).toMatchObject({
      stage: 'local',
      role: Role.OPERATOR,
      actor: 'local',
      features: { logout: false, recentOrders: true },
    });
  });

  test('GetOrder tells the whole story of a completed order', async () => {
    const order = placed();
    await harness.protocol.deliver(order);
    const answer = await client().getOrder({ orderId: order.order_id });
    expect(answer.order).toMatchObject({
      status: OrderStatus.COMPLETED,
      userId: order.user_id,
      amount: 2500n,
      requestId: 'request-1',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      attempt: 1,
    });
    expect(answer.timeline.map(({ kind }) => StepKind[kind])).toEqual(
      expect.arrayContaining([
        'ACCEPTED',
        'CLAIMED',
        'RESERVED',
        'SCORED',
        'AUTHORIZED',
        'DECIDED',
        'SETTLED',
      ]),
    );
    const times = answer.timeline.map(({ at }) => Number(at?.seconds) * 1e9 + Number(at?.nanos));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(answer).toMatchObject({
      attempts: [{ number: 1 }],
      payment: { state: 'CAPTURED', captureCount: 1 },
      holds: [],
      actions: ['refund'],
      explanation: 'Sold and charged.',
    });
  });

  test('ListOrders finds an order by user, id, request and filters', async () => {
    const order = placed();
    await harness.announce(order, {
      status: 'REJECTED',
      reason: 'OUT_OF_STOCK',
      at: Date.now(),
      created_at: order.created_at,
    });
    const idsOf = async (request: Parameters<ReturnType<typeof client>['listOrders']>[0]) =>
      (await client().listOrders(request)).orders.map(({ orderId }) => orderId);
    await untilPasses(
      'the index',
      async () => expect(await idsOf({ query: `request-of-${order.order_id}` })).toEqual([order.order_id]),
      5_000,
    );
    expect(await idsOf({ query: order.order_id })).toEqual([order.order_id]);
    expect(await idsOf({ statuses: [OrderStatus.REJECTED], reason: 'OUT_OF_STOCK' })).toContain(
      order.order_id,
    );
    expect(await idsOf({ statuses: [OrderStatus.FAILED] })).not.toContain(order.order_id);
    const claimed = placed();
    await harness.protocol.deliver(claimed);
    expect(await idsOf({ userId: claimed.user_id })).toEqual([claimed.order_id]);
    expect(await idsOf({ query: claimed.user_id })).toEqual([claimed.order_id]);
  });

  test('CancelOrder ends an order that nobody has claimed, once', async () => {
    const order = placed();
    await harness.announce(order);
    await untilPasses(
      'the feed',
      async () =>
        expect((await client().getOrder({ orderId: order.order_id })).order?.status).toBe(
          OrderStatus.PENDING,
        ),
      5_000,
    );
    const request = { orderId: order.order_id, reason: 'the customer called' };
    const { order: cancelled } = await client().cancelOrder(request);
    expect(cancelled).toMatchObject({ status: OrderStatus.CANCELLED, userId: order.user_id });
    await client().cancelOrder(request);
    const audits = harness.audits.filter(({ order_id }) => order_id === order.order_id);
    expect(audits).toMatchObject([{ action: 'order.cancel', actor: 'local', result: 'done', audit: true }]);
    await harness.protocol.deliver(order);
    expect(await harness.protocol.traces(order)).toMatchObject({
      status: 'CANCELLED',
      captures: 0,
      holds: 0,
    });
  });

  test('CancelOrder refuses an order that is decided, and one that nothing knows', async () => {
    const order = placed();
    await harness.protocol.deliver(order);
    const cancel = (orderId: string) => client().cancelOrder({ orderId, reason: 'late' });
    expect(await codeOf(cancel(order.order_id))).toBe('FailedPrecondition');
    expect(await codeOf(cancel('00000000-0000-4000-8000-000000000000'))).toBe('NotFound');
  });

  test('RefundOrder pays back once, however often it is asked', async () => {
    const order = placed();
    await harness.protocol.deliver(order);
    const request = { orderId: order.order_id, amount: 500n, reason: 'damaged' };
    expect((await client().refundOrder({ ...request, dryRun: true })).summary).toContain(
      'Would refund 5.00 USD',
    );
    await client().refundOrder(request);
    expect((await client().refundOrder(request)).summary).toContain('5.00 USD in all');
    const { refundedAmount, timeline } = await client().getOrder({ orderId: order.order_id });
    expect(refundedAmount).toBe(500n);
    expect(timeline.filter(({ kind }) => kind === StepKind.REFUNDED)).toHaveLength(1);
  });

  test('FailOrder, ResumeOrder, ReauthorizePayment and WriteOffPayment refuse what they must', async () => {
    const order = placed();
    await harness.protocol.deliver(order);
    const { order_id: orderId } = order;
    expect(await codeOf(client().failOrder({ orderId, reason: 'no' }))).toBe('FailedPrecondition');
    expect(await codeOf(client().failOrder({ orderId, reason: '' }))).toBe('InvalidArgument');
    expect((await client().resumeOrder({ orderId, dryRun: true })).summary).toContain('Would send order');
    expect(await codeOf(client().resumeOrder({ orderId: 'nobody' }))).toBe('NotFound');
    expect(await codeOf(client().writeOffPayment({ orderId, reason: 'no' }))).toBe('FailedPrecondition');
    expect((await client().reauthorizePayment({ orderId })).summary).toContain('is charged');
  });

  test('dead letters are listed, shown, redriven with progress, and failed', async () => {
    const orders = Array.from({ length: 3 }, () => placed());
    for (const order of orders) await harness.operator.deadLetterOrder(order);
    const ids = orders.map(({ order_id }) => order_id);
    // Reads are shared for a moment.
    const expected = { total: 3, reasons: [{ reason: 'RETRIES_EXHAUSTED', count: 3 }] };
    await untilPasses(
      'the list',
      async () => {
        const listed = await client().listDeadLetters({});
        expect(listed).toMatchObject(expected);
        expect(listed.deadLetters.map(({ orderId }) => orderId).sort()).toEqual(ids.toSorted());
      },
      5_000,
    );
    const shown = await client().getDeadLetter({ id: ids[0] ?? '' });
    expect(shown.deadLetters).toMatchObject([
      { orderId: ids[0], requestId: 'request-9', firstError: 'ConnectError: [unavailable] down' },
    ]);
    const redrive = async (request: Parameters<ReturnType<typeof client>['redriveDeadLetters']>[0]) =>
      collect(client().redriveDeadLetters(request));
    expect((await redrive({ all: true, dryRun: true })).at(-1)).toMatchObject({
      redriven: 3,
      finished: true,
    });
    expect((await redrive({ ids: ids.slice(0, 1), rate: 1_000 })).at(-1)).toMatchObject({
      redriven: 1,
      total: 1,
    });
    expect((await redrive({ reason: 'POISON' })).at(-1)).toMatchObject({ redriven: 0, finished: true });
    const progress = await redrive({ reason: 'RETRIES_EXHAUSTED', rate: 1_000 });
    expect(progress.at(-1)).toMatchObject({ redriven: 2, failed: 0, finished: true });
    expect((await client().listDeadLetters({})).deadLetters).toEqual([]);
    expect(await codeOf(redrive({}))).toBe('InvalidArgument');
    expect(await codeOf(redrive({ ids: ['nobody'] }))).toBe('NotFound');
    await harness.emptyOrderQueue();
    await harness.operator.deadLetter('no order');
    const [poison] = (await client().listDeadLetters({ limit: 10_000 })).deadLetters;
    expect(poison).toMatchObject({ orderId: '' });
    const { summary } = await client().failDeadLetter({ id: poison?.messageId ?? '', reason: 'garbage' });
    expect(summary).toContain('Removed');
    expect((await client().listDeadLetters({})).total).toBe(0);
  });

  test('ListStock and Restock: the pieces that were added are there, once', async () => {
    const stockOf = async (sku: string) =>
      (await client().listStock({})).items.find((item) => item.sku === sku)?.available ?? -1n;
    const before = await stockOf('MUG-01');
    expect(before).toBeGreaterThan(0n);
    const request = { sku: 'MUG-01', quantity: 5n, deliveryId: `delivery-${protocol}` };
    const { item } = await client().restock(request);
    await client().restock(request);
    expect(item?.available).toBe(before + 5n);
    expect(await stockOf('MUG-01')).toBe(before + 5n);
    expect(await codeOf(client().restock({ ...request, sku: 'NO-SUCH' }))).toBe('NotFound');
    const { items, nextPageToken } = await client().listStock({ pageSize: 1 });
    expect(items.length + nextPageToken.length).toBeGreaterThan(1);
  });

  test('WatchOrders sends what is known, and each change', async () => {
    const order = placed();
    const stop = new AbortController();
    const seen: (readonly [string, string])[] = [];
    const watching = (async () => {
      const stream = client().watchOrders({ userId: order.user_id }, { signal: stop.signal });
      for await (const { orders } of stream) {
        seen.push(...orders.map(({ orderId, status }) => [orderId, OrderStatus[status]] as const));
        if (seen.at(-1)?.[1] === 'COMPLETED') stop.abort();
        else if (seen.length === 0) await harness.announce(order);
        else
          await harness.announce(order, {
            status: 'COMPLETED',
            at: Date.now(),
            created_at: order.created_at,
          });
      }
    })();
    await watching.catch(() => undefined);
    expect(seen).toEqual([
      [order.order_id, 'PENDING'],
      [order.order_id, 'COMPLETED'],
    ]);
  });

  test('WatchPipeline sends a snapshot at once', async () => {
    const stop = new AbortController();
    for await (const snapshot of client().watchPipeline({ intervalMs: 500 }, { signal: stop.signal })) {
      expect(snapshot).toMatchObject({ windowSeconds: 30, limitations: [] });
      expect(snapshot.services).toMatchObject([{ name: 'redis', ready: true }]);
      expect(snapshot.outcomes.length).toBeGreaterThan(0);
      break;
    }
    stop.abort();
  });
});

test('browsers call by gRPC-Web, streams included', async () => {
  const client = harness.client('grpc-web');
  expect(await client.getViewer({})).toMatchObject({ actor: 'local' });
  const [snapshot] = await collect(client.watchPipeline({}), 1);
  expect(snapshot?.windowSeconds).toBe(30);
});

test('every method has a test above', () => {
  const names = OperationsService.methods.map(({ name }) => name).sort();
  expect(names).toEqual(
    [
      ...['GetViewer', 'ListOrders', 'GetOrder', 'CancelOrder', 'FailOrder', 'ResumeOrder', 'RefundOrder'],
      ...['ReauthorizePayment', 'WriteOffPayment', 'ListDeadLetters', 'GetDeadLetter', 'RedriveDeadLetters'],
      ...['FailDeadLetter', 'ListStock', 'Restock', 'WatchPipeline', 'WatchOrders'],
    ].sort(),
  );
});

test('a page of another site, and another host name for this machine, are refused', async () => {
  const call = (headers: Record<string, string>) =>
    fetch(`${harness.url}/operations.v1.OperationsService/GetViewer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{}',
    });
  expect((await call({})).status).toBe(200);
  expect((await call({ origin: 'https://evil.example' })).status).toBe(403);
});

test('the command line lists, watches and cancels with the same results', async () => {
  const order = placed();
  await harness.announce(order);
  const { operator } = harness;
  const listed = await operator.run(['list', `request-of-${order.order_id}`, '--json']);
  expect(JSON.parse(listed.out)).toMatchObject([{ order_id: order.order_id, status: 'PENDING' }]);
  expect((await operator.run(['list', '--status', 'PENDING'])).out).toContain(order.order_id);
  const stop = new AbortController();
  let seen = '';
  const watching = operator.run(['watch', '--user', order.user_id], undefined, {
    signal: stop.signal,
    out: (text) => {
      seen += text;
      stop.abort();
    },
  });
  const announcing = setInterval(
    () => void harness.announce(order, { status: 'PROCESSING', at: Date.now(), attempt: Date.now() }),
    200,
  );
  await watching;
  clearInterval(announcing);
  expect(seen).toContain(`${order.order_id}  PROCESSING`);
  const cancelled = await operator.run(['cancel', order.order_id, '--reason', 'the customer called']);
  expect(cancelled.out).toBe(`Order ${order.order_id} is CANCELLED.\n`);
  expect(cancelled.audits).toMatchObject([{ action: 'order.cancel', actor: 'alice', result: 'done' }]);
  const { order: read } = await harness.client('grpc').getOrder({ orderId: order.order_id });
  expect(read?.status).toBe(OrderStatus.CANCELLED);
});

test('without Redis orders are found by id and user, and lists say what is missing', async () => {
  const client = harness.client('connect');
  const order = placed();
  await harness.protocol.deliver(order);
  await harness.protocol.stack.redis.stop();
  await untilPasses(
    'the outage',
    async () => expect((await client.listOrders({})).limitations).not.toEqual([]),
    10_000,
  );
  expect((await client.listOrders({ userId: order.user_id })).orders).toMatchObject([
    { orderId: order.order_id },
  ]);
  expect((await client.getOrder({ orderId: order.order_id })).payment?.state).toBe('CAPTURED');
  expect((await client.listStock({})).items.length).toBeGreaterThan(0);
  expect((await client.listDeadLetters({})).total).toBe(0);
  for await (const snapshot of client.watchPipeline({ intervalMs: 500 })) {
    if (snapshot.limitations.length === 0) continue;
    expect(snapshot.limitations.join()).toContain('Redis');
    expect(snapshot.queueVisible).toBeDefined();
    break;
  }
  expect((await fetch(`${harness.url}/ready`)).status).toBe(200);
}, 30_000);
