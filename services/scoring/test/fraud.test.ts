import { randomUUID } from 'node:crypto';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Client, createClient, createRouterTransport } from '@connectrpc/connect';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Decision, FraudService, type ScoreResponse } from '@order-pipeline/contracts/gen/fraud/v1/fraud_pb';
import { type RedisServer, startRedisServer } from '@order-pipeline/local/redis-server';
import { createRegistry, type Registry } from '@order-pipeline/platform/metrics';
import { createRedis } from '@order-pipeline/platform/redis';
import { Counter } from 'prom-client';
import { loadConfig } from '../src/config.js';
import { createFraudService } from '../src/fraud/service.js';
import { VelocityStore } from '../src/fraud/store.js';
import { expectViolations, logger } from './support.js';

const { fraud } = loadConfig({ SCORING_SERVICES: 'fraud' });
if (!fraud) throw new Error('fraud is served');
const { card } = fraud;

let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

const opened: ReturnType<typeof createRedis>[] = [];
afterEach(() => {
  for (const redis of opened.splice(0)) redis.disconnect();
});

/** A service that counts in Redis at `url`; without one it has no Redis. */
async function serve(url?: string): Promise<{ client: Client<typeof FraudService>; registry: Registry }> {
  const redis = url === undefined ? undefined : createRedis(url, logger, 200);
  if (redis) opened.push(redis);
  if (redis && url === server.url) await new Promise((resolve) => redis.once('ready', resolve));
  const registry = createRegistry();
  const decisions = new Counter({
    name: 'fraud_decisions_total',
    help: 'test',
    labelNames: ['decision'] as const,
    registers: [registry],
  });
  const velocityUnknown = new Counter({
    name: 'fraud_velocity_unknown_total',
    help: 'test',
    registers: [registry],
  });
  const store = new VelocityStore(redis, card.velocityWindowMs);
  const service = createFraudService({ store, card, decisions, velocityUnknown, logger });
  const transport = createRouterTransport((router) => router.service(FraudService, service));
  return { client: createClient(FraudService, transport), registry };
}

const START = Date.parse('2026-01-01T00:00:00Z');

function order(userId: string, afterMs = 0, orderId: string = randomUUID()) {
  return {
    orderId,
    userId,
    amount: 999n,
    currency: 'USD',
    quantity: 1n,
    requestedAt: timestampFromMs(START + afterMs),
  };
}

function velocityOf({ contributions }: ScoreResponse): number | undefined {
  return contributions.find(({ feature }) => feature === 'velocity')?.value;
}

describe('Score', () => {
  test('accepts a small order and rejects a large one, with reasons', async () => {
    const { client, registry } = await serve(server.url);
    const user = randomUUID();
    const small = await client.score({
      ...order(user),
      accountCreatedAt: timestampFromMs(START - 864_000_000),
    });
    expect(small).toMatchObject({ decision: Decision.ACCEPT });
    expect(small.score).toBeCloseTo(0.1379, 4);
    expect(small.contributions.map(({ feature, value }) => [feature, value])).toEqual([
      ['amount', 999],
      ['velocity', 1],
      ['quantity', 1],
      ['account_age', 10],
    ]);
    const large = await client.score({ ...order(user), amount: 1_000_000n });
    expect(large).toMatchObject({ decision: Decision.REJECT, score: 0.8 });
    const metrics = await registry.metrics();
    expect(metrics).toContain('fraud_decisions_total{decision="accept"} 1');
    expect(metrics).toContain('fraud_decisions_total{decision="reject"} 1');
    expect(metrics).toContain('fraud_velocity_unknown_total 0');
  });

  test('counts a user’s orders within the window that ends with the order', async () => {
    const { client } = await serve(server.url);
    const [user, other] = [randomUUID(), randomUUID()];
    await client.score(order(other));
    expect(velocityOf(await client.score(order(user, 0)))).toBe(1);
    expect(velocityOf(await client.score(order(user, 30_000)))).toBe(2);
    expect(velocityOf(await client.score(order(user, 59_999)))).toBe(3);
    expect(velocityOf(await client.score(order(user, 60_000)))).toBe(3);
    expect(velocityOf(await client.score(order(user, 500_000)))).toBe(1);
  });

  test('counts an order once, however often and however late it is asked about', async () => {
    const { client } = await serve(server.url);
    const user = randomUUID();
    const one = order(user);
    await Promise.all([client.score(one), client.score(one)]);
    await client.score(order(user, 20_000));
    expect(velocityOf(await client.score(one))).toBe(1);
    expect(velocityOf(await client.score(order(user, 20_001)))).toBe(3);
  });

  test('many orders of one user raise the score but do not reject alone', async () => {
    const { client } = await serve(server.url);
    const user = randomUUID();
    const answers = await Promise.all(Array.from({ length: 100 }, (_, ms) => client.score(order(user, ms))));
    const last = await client.score(order(user, 100));
    expect(answers.every(({ decision }) => decision === Decision.ACCEPT)).toBe(true);
    expect(last).toMatchObject({ score: 0.4, decision: Decision.ACCEPT });
  });

  test('forgets a user when the window has passed', async () => {
    const { client } = await serve(server.url);
    const user = randomUUID();
    await client.score(order(user));
    const redis = createRedis(server.url, logger);
    opened.push(redis);
    await new Promise((resolve) => redis.once('ready', resolve));
    const left = await redis.pttl(`fraud:velocity:${user}`);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(60_000);
  });
});

describe('without Redis', () => {
  async function expectUnknown({ client, registry }: Awaited<ReturnType<typeof serve>>): Promise<void> {
    const answer = await client.score(order(randomUUID()));
    expect(answer).toMatchObject({ score: 0, decision: Decision.ACCEPT });
    expect(answer.contributions[1]).toMatchObject({
      feature: 'velocity',
      points: 0,
      explanation: 'velocity adds nothing: recent orders of the user could not be counted',
    });
    expect(await registry.metrics()).toContain('fraud_velocity_unknown_total 1');
  }

  test('none configured', async () => {
    await expectUnknown(await serve());
  });

  test('none reachable', async () => {
    await expectUnknown(await serve('redis://127.0.0.1:1'));
  });

  test('one that does not answer', async () => {
    const hanging = await serve(server.url);
    server.process.kill('SIGSTOP');
    try {
      await expectUnknown(hanging);
    } finally {
      server.process.kill('SIGCONT');
    }
  });

  test('one whose entry is something else', async () => {
    const { client } = await serve(server.url);
    const user = randomUUID();
    const redis = createRedis(server.url, logger);
    opened.push(redis);
    await new Promise((resolve) => redis.once('ready', resolve));
    await redis.set(`fraud:velocity:${user}`, 'not a sorted set');
    const { contributions } = await client.score(order(user));
    expect(contributions[1]).toMatchObject({ feature: 'velocity', value: 0 });
  });
});

test('bad fields are named, all at once', async () => {
  const { client } = await serve();
  await expectViolations(client.score({}), ['order_id', 'user_id', 'amount', 'currency', 'requested_at']);
  await expectViolations(client.score({ ...order('u'), quantity: -1n, amount: 2n ** 60n }), [
    'amount',
    'quantity',
  ]);
});
