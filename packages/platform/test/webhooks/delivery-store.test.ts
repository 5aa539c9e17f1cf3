/** Streams of deliveries against DynamoDB, with other workers that write in between. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from '@jest/globals';
import { streamIdOf, type WebhookDelivery, type WebhookStream } from '@order-pipeline/contracts/webhooks';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import type { DynamoClient } from '../../src/dynamo/client.js';
import { StoreUnavailableError } from '../../src/dynamo/errors.js';
import { createDynamo } from '../../src/dynamo/sdk-client.js';
import { WebhookDeliveryStore } from '../../src/webhooks/delivery-store.js';

let stack: TestStack;
let dynamo: DynamoClient;
/** Runs before each update of `store`: another worker's change. */
let before: (() => Promise<unknown>) | undefined;
let store: WebhookDeliveryStore;
let other: WebhookDeliveryStore;
let subjects = 0;
let subject: string;

beforeAll(async () => {
  stack = await startTestStack();
  dynamo = createDynamo({ region: 'us-east-1', maxAttempts: 1, requestTimeoutMs: 5_000 });
  const table = stack.env.WEBHOOK_DELIVERIES_TABLE ?? '';
  const disturbed = replacing({
    update: async (...call: Parameters<DynamoClient['update']>) => {
      await before?.();
      return await dynamo.update(...call);
    },
  });
  store = new WebhookDeliveryStore(disturbed, table);
  other = new WebhookDeliveryStore(dynamo, table);
});
afterAll(async () => {
  dynamo.destroy();
  await stack.stop();
});
beforeEach(() => {
  before = undefined;
  subjects += 1;
  subject = `o${subjects}`;
});

/** The client, with some calls replaced. */
function replacing(calls: Partial<DynamoClient>): DynamoClient {
  return new Proxy(dynamo, {
    get: (target, name: keyof DynamoClient) => calls[name] ?? target[name].bind(target),
  });
}

const event = (kind: string): WebhookDelivery['event'] =>
  ({ id: `${subject}:${kind}`, type: kind, subject, time: '2026-01-15T09:30:00.000Z' }) as never;
const idsOf = (stream: WebhookStream | undefined) => stream?.event_ids.map((id) => id.split(':')[1]);

/** Appends a further event before each of the next writes. */
function disturb(times: number): void {
  let left = times;
  before = async () => {
    if (left-- > 0) await other.append('e1', event(`other-${left}`), 5);
  };
}

describe('an event', () => {
  test('begins a stream, is added once, and follows those before it', async () => {
    const id = await store.append('e1', event('completed'), 1);
    expect(id).toBe(streamIdOf('e1', subject));
    await store.append('e1', event('refunded'), 2);
    await store.append('e1', event('completed'), 3);
    expect(idsOf(await store.get(id))).toEqual(['completed', 'refunded']);
  });

  test('is added after those that others append meanwhile', async () => {
    const id = await store.append('e1', event('completed'), 1);
    disturb(2);
    await store.append('e1', event('refunded'), 2);
    expect(idsOf(await store.get(id))).toEqual(['completed', 'other-1', 'other-0', 'refunded']);
  });

  test('of a stream that changes too fast is rejected', async () => {
    await store.append('e1', event('completed'), 1);
    disturb(100);
    await expect(store.append('e1', event('refunded'), 2)).rejects.toThrow(StoreUnavailableError);
  });

  test('starts a new stream when it expires meanwhile', async () => {
    const id = await store.append('e1', event('completed'), 1);
    let reads = 0;
    const expired = replacing({
      get: async (...call: Parameters<DynamoClient['get']>) =>
        reads++ === 0 ? {} : await dynamo.get(...call),
    });
    await new WebhookDeliveryStore(expired, stack.env.WEBHOOK_DELIVERIES_TABLE ?? '').append(
      'e1',
      event('refunded'),
      2,
    );
    expect(idsOf(await store.get(id))).toEqual(['completed', 'refunded']);
  });

  test('of a table that is missing is rejected with the error of DynamoDB', async () => {
    const missing = new WebhookDeliveryStore(dynamo, 'no-such-table');
    await expect(missing.append('e1', event('completed'), 1)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('a lease', () => {
  test('is taken by one worker until it expires', async () => {
    const id = await store.append('e1', event('completed'), 1);
    expect(await store.lease(id, 1_000, 500)).toMatchObject({
      kind: 'owned',
      stream: { lease_until: 1_500 },
    });
    expect(await store.lease(id, 1_499, 500)).toEqual({ kind: 'leased', until: 1_500 });
    expect(await store.lease(id, 1_500, 500)).toMatchObject({ kind: 'owned' });
  });

  test('goes to the worker that writes first', async () => {
    const id = await store.append('e1', event('completed'), 1);
    disturb(1);
    expect(await store.lease(id, 1_000, 500)).toEqual({ kind: 'leased', until: 1_000 });
  });

  test('of no stream is undefined', async () => expect(await store.lease('e1#none', 1, 1)).toBeUndefined());
});

describe('a record', () => {
  const delivered = (deliveries: readonly WebhookDelivery[]) =>
    deliveries.map((it) =>
      it.event.id.endsWith(':completed') ? { ...it, status: 'delivered' as const } : it,
    );

  async function own(): Promise<WebhookStream> {
    const id = await store.append('e1', event('completed'), 1);
    const leased = await store.lease(id, 1_000, 500);
    if (leased?.kind !== 'owned') throw new Error('not owned');
    return leased.stream;
  }

  it('keeps the events that others append meanwhile', async () => {
    const stream = await own();
    disturb(1);
    const written = await store.record(stream, delivered, 0, 1_100);
    expect(written?.deliveries.map(({ status }) => status)).toEqual(['delivered', 'pending']);
    expect(written?.lease_until).toBe(0);
  });

  it('is dropped when the lease has passed to another worker', async () => {
    const stream = await own();
    await other.lease(stream.stream_id, 2_000, 500);
    expect(await store.record(stream, delivered, 0, 2_100)).toBeUndefined();
    expect((await store.get(stream.stream_id))?.deliveries[0]?.status).toBe('pending');
  });

  it('of a stream that changes too fast is rejected', async () => {
    const stream = await own();
    disturb(100);
    await expect(store.record(stream, delivered, 0, 1_100)).rejects.toThrow(StoreUnavailableError);
  });

  test('that is finished can be delivered again, also while others are appended', async () => {
    const { stream_id } = (await store.record(await own(), delivered, 0, 1_100)) ?? { stream_id: '' };
    disturb(1);
    expect(await store.redeliver(stream_id, event('completed').id, 9_000)).toMatchObject({
      status: 'pending',
      attempts: 0,
      next_attempt_at: 9_000,
    });
    expect(await store.redeliver(stream_id, event('completed').id, 9_999)).toMatchObject({
      next_attempt_at: 9_000,
    });
    expect(await store.redeliver(stream_id, 'none', 9_000)).toBeUndefined();
    expect(await store.redeliver('e1#none', 'none', 9_000)).toBeUndefined();
  });

  it('is not delivered again while the stream changes too fast', async () => {
    const { stream_id } = (await store.record(await own(), delivered, 0, 1_100)) ?? { stream_id: '' };
    disturb(100);
    await expect(store.redeliver(stream_id, event('completed').id, 9_000)).rejects.toThrow(
      StoreUnavailableError,
    );
  });
});

test('the streams of an endpoint are listed in pages', async () => {
  const ids = [];
  for (const n of [1, 2, 3]) {
    subject = `listed-${n}`;
    ids.unshift(await store.append('listing', event('completed'), n * 1_000));
  }
  const first = await store.listByEndpoint('listing', 2);
  const rest = await store.listByEndpoint('listing', 2, first.nextPageToken);
  expect([...first.items, ...rest.items].map(({ stream_id }) => stream_id)).toEqual(ids);
});
