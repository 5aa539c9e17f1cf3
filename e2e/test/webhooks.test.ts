/** From a placed order to a verified webhook, on the real stack and with the published client. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type NewOrder, OrderClient, type OrderEvent, verifyWebhook } from '@order-pipeline/client';
import { faultsOf } from '../../packages/contracts/test/event-schemas.js';
import { type E2eStack, startE2eStack } from '../src/stack.js';

const USER = 'u123';
let system: E2eStack;
let baseUrl: string;
let client: OrderClient;
let token: string;
let receiver: Server;
let secret: string;
const refused = new Set<string>();
const events: OrderEvent[] = [];

beforeAll(async () => {
  system = await startE2eStack({ env: { WEBHOOK_RETRY_SPEED: '1000' } });
  baseUrl = `http://localhost:${system.ports.api}`;
  ({ access_token: token } = await new OrderClient({ baseUrl }).login(USER));
  client = new OrderClient({ baseUrl, token });
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const event = await verifyWebhook(Buffer.concat(chunks), request.headers, secret);
    // The first attempt of each event fails.
    if (!refused.has(event.id)) {
      refused.add(event.id);
      return response.writeHead(500).end();
    }
    events.push(event);
    response.writeHead(204).end();
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  secret = (await register(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`)).secret;
});

afterAll(async () => {
  receiver.closeAllConnections();
  await new Promise((done) => receiver.close(done));
  await system.stack.stop();
});

async function register(url: string): Promise<{ endpoint_id: string; secret: string }> {
  const response = await fetch(`${baseUrl}/webhook-endpoints`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url }),
  });
  return (await response.json()) as { endpoint_id: string; secret: string };
}

async function eventsOf(orderId: string): Promise<readonly OrderEvent[]> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = events.filter(({ subject }) => subject === orderId);
    if (found.length > 0) return found;
    if (Date.now() > deadline)
      throw new Error(`no event of ${orderId}:\n${system.lines.slice(-20).join('\n')}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

const ORDERS: readonly (readonly [string, NewOrder, Partial<OrderEvent['data']>])[] = [
  ['order.completed', { user_id: USER, amount: 999 }, { status: 'COMPLETED' }],
  [
    'order.rejected',
    { user_id: USER, amount: 2500, items: [{ sku: 'VINYL-01', quantity: 1 }] },
    { status: 'REJECTED', reason: 'OUT_OF_STOCK' },
  ],
];

test.each(ORDERS)(
  '%s reaches the receiver that failed at first, once and verified',
  async (type, order, data) => {
    const accepted = await client.placeOrder(order);
    const final = await client.waitForOrder(accepted);
    const found = await eventsOf(accepted.order_id);
    expect(new Set(found.map(({ id }) => id)).size).toBe(1);
    expect(found[0]).toMatchObject({
      type,
      subject: accepted.order_id,
      data: { ...data, amount: order.amount },
    });
    expect(found[0]?.data.updated_at).toBe(final.updated_at);
  },
);

test('a cancelled order has its event too', async () => {
  const accepted = await client.placeOrder({ user_id: USER, amount: 999, payment_method: 'tok_gatewayDown' });
  await client.cancelOrder(accepted);
  expect((await eventsOf(accepted.order_id))[0]).toMatchObject({ type: 'order.cancelled' });
});

test('every event that was received fits the JSON Schema of its type', () => {
  expect(events.length).toBeGreaterThanOrEqual(3);
  expect(events.flatMap((event) => faultsOf('orders.v1.OrderEvent', event))).toEqual([]);
});
