/** Registration of webhook endpoints over HTTP. The webhooks service's own tests deliver to them. */
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeDeliverMessage, streamIdOf } from '@order-pipeline/contracts/webhooks';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { createSqs } from '@order-pipeline/platform/aws';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import { WebhookDeliveryStore } from '@order-pipeline/platform/webhooks/delivery-store';
import { WebhookEndpointStore } from '@order-pipeline/platform/webhooks/endpoint-store';
import { type Answer, call, logIn, startApi, type TestApi } from './harness.js';

const aws = { region: 'us-east-1', maxAttempts: 3, requestTimeoutMs: 5_000 };
let stack: TestStack;
let api: TestApi;
let alice: { Authorization: string };
let bob: { Authorization: string };

beforeAll(async () => {
  stack = await startTestStack();
  api = await startApi(stack, { WEBHOOK_ALL_ORDERS_USERS: 'shop' });
  alice = await logIn(api, 'alice');
  bob = await logIn(api, 'bob');
});

afterAll(async () => {
  await api.stop();
  await stack.stop();
});

const at = (path = '') => `${api.url}/webhook-endpoints${path}`;

function change(path: string, body: object, headers: Record<string, string>): Promise<Answer> {
  const json = { 'Content-Type': 'application/json', ...headers };
  return call(at(path), { method: 'PATCH', body: JSON.stringify(body), headers: json });
}

function register(headers: Record<string, string>, body: object = {}): Promise<Answer> {
  return call(at(), { json: { url: 'https://shop.example/hooks', ...body }, headers });
}

test('registers, lists, reads and changes an endpoint', async () => {
  const created = await register(alice, { event_types: ['order.completed'], description: 'Warehouse' });
  expect(created.status).toBe(201);
  expect(created.body).toMatchObject({
    url: 'https://shop.example/hooks',
    scope: 'own',
    event_types: ['order.completed'],
    status: 'enabled',
    secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
  });
  const { secret: _secret, ...view } = created.body;
  const path = `/${created.body.endpoint_id}`;
  expect(created.headers.get('location')).toBe(`/webhook-endpoints${path}`);
  expect((await call(at(path), { headers: alice })).body).toEqual(view);
  expect((await call(at(), { headers: alice })).body).toEqual({ endpoints: [view] });
  const changed = await change(path, { status: 'disabled', event_types: [] }, alice);
  expect(changed.body).toMatchObject({ status: 'disabled', disabled_reason: 'owner', event_types: [] });
  const enabled = await change(path, { status: 'enabled' }, alice);
  expect(enabled.body.disabled_reason).toBeUndefined();
});

test('pages through endpoints', async () => {
  const carol = await logIn(api, 'carol');
  for (let count = 0; count < 3; count++) await register(carol);
  const first = await call(at('?limit=2'), { headers: carol });
  expect(first.body.endpoints).toHaveLength(2);
  const second = await call(at(`?limit=2&cursor=${first.body.next_cursor}`), { headers: carol });
  expect(second.body.endpoints).toHaveLength(1);
  const ids = [...first.body.endpoints, ...second.body.endpoints].map(({ endpoint_id }) => endpoint_id);
  expect(new Set(ids).size).toBe(3);
});

test('an endpoint of another user does not exist', async () => {
  const { body } = await register(alice);
  const path = `/${body.endpoint_id}`;
  const answers = await Promise.all([
    call(at(path), { headers: bob }),
    change(path, { status: 'disabled' }, bob),
    call(at(`${path}/rotate-secret`), { json: {}, headers: bob }),
    call(at(`${path}/test`), { method: 'POST', headers: bob }),
    call(at(`${path}/deliveries`), { headers: bob }),
    call(at(`${path}/deliveries/e-1/redeliver`), { method: 'POST', headers: bob }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(404));
});

test('the scope all needs permission', async () => {
  expect((await register(alice, { scope: 'all' })).status).toBe(403);
  expect((await register(await logIn(api, 'shop'), { scope: 'all' })).status).toBe(201);
});

test.each([
  ['a token is missing', {}, 401, undefined],
  ['the URL is not one', { url: 'shop' }, 422, 'url'],
  ['a field is unknown', { secret: 'mine' }, 422, 'secret'],
  ['an event type is unknown', { event_types: ['order.eaten'] }, 422, 'event_types.0'],
])('refuses when %s', async (_, body, status, field) => {
  const answer = await register(status === 401 ? {} : alice, body);
  expect(answer.status).toBe(status);
  if (field) expect(answer.body.errors[0].field).toBe(field);
});

test('names the event types that there are', async () => {
  const { body } = await register(alice, { event_types: ['order.eaten'] });
  expect(body.errors[0].detail).toMatch(/^must be one of order\.\w+, [a-z., ]+$/);
});

test('refuses a cursor that is none', async () => {
  const cursor = Buffer.from('[]').toString('base64url');
  expect((await call(at(`?cursor=${cursor}`), { headers: alice })).status).toBe(422);
});

test('rotating keeps the old secret for a time, or not at all', async () => {
  const { body } = await register(alice);
  const path = `/${body.endpoint_id}/rotate-secret`;
  const rotated = await call(at(path), { json: { overlap_seconds: 60 }, headers: alice });
  expect(rotated.body.secret).not.toBe(body.secret);
  const store = new WebhookEndpointStore(createDynamo(aws), 'webhook_endpoints');
  const secrets = (await store.get(body.endpoint_id))?.secrets;
  expect(secrets?.map(({ secret }) => secret)).toEqual([rotated.body.secret, body.secret]);
  expect(secrets?.[1]?.expires_at).toBeGreaterThan(Date.now());
  const cut = await call(at(path), { json: { overlap_seconds: 0 }, headers: alice });
  expect((await store.get(body.endpoint_id))?.secrets).toEqual([{ secret: cut.body.secret }]);
});

test('a test event is queued, listed, and delivered again on demand', async () => {
  const { body } = await register(bob);
  const path = `/${body.endpoint_id}`;
  const { status, body: queued } = await call(at(`${path}/test`), { method: 'POST', headers: bob });
  expect(status).toBe(202);
  const sqs = createSqs(aws);
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: stack.env.WEBHOOK_QUEUE_URL }),
  );
  const streamId = streamIdOf(body.endpoint_id, queued.event_id.split(':')[0]);
  expect(decodeDeliverMessage(Messages[0]?.Body ?? '')).toBe(streamId);
  const listed = await call(at(`${path}/deliveries`), { headers: bob });
  expect(listed.body.deliveries).toEqual([
    {
      event_id: queued.event_id,
      event_type: 'webhook.test',
      status: 'pending',
      attempts: 0,
      next_attempt_at: expect.any(String),
    },
  ]);
  const store = new WebhookDeliveryStore(createDynamo(aws), 'webhook_deliveries');
  const stream = await store.get(streamId);
  if (!stream) throw new Error('no stream');
  await store.record(stream, (all) => all.map((one) => ({ ...one, status: 'failed' })), 0, Date.now());
  const again = await call(at(`${path}/deliveries/${queued.event_id}/redeliver`), {
    method: 'POST',
    headers: bob,
  });
  expect(again.status).toBe(202);
  expect((await store.get(streamId))?.deliveries[0]?.status).toBe('pending');
  const unknown = await call(at(`${path}/deliveries/e-1/redeliver`), { method: 'POST', headers: bob });
  expect(unknown.status).toBe(404);
});

describe('without WEBHOOK_QUEUE_URL', () => {
  test('the calls answer 404 and name the setting', async () => {
    const other = await startApi(stack, { WEBHOOK_QUEUE_URL: '' });
    const answer = await call(`${other.url}/webhook-endpoints`, { headers: await logIn(other, 'alice') });
    expect([answer.status, answer.body.detail]).toEqual([404, expect.stringContaining('WEBHOOK_QUEUE_URL')]);
    await other.stop();
  });
});
