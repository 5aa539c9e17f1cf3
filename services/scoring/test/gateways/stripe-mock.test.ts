/** Every request of the adapter, as Stripe's published OpenAPI sees it: by stripe-mock, or by the stand-in without it. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { untilPasses } from '@order-pipeline/local/ready';
import { freePort } from '@order-pipeline/local/redis-server';
import Stripe from 'stripe';
import { startStripe } from '../stripe/server.js';
import { createStripeGateway } from './stripe-under-test.js';

const never = new AbortController().signal;

interface Mock {
  readonly url: string;
  stop(): Promise<void> | void;
}

function isInstalled(): boolean {
  const paths = (process.env.PATH ?? '').split(delimiter);
  return paths.some((path) => existsSync(join(path, 'stripe-mock')));
}

/** stripe-mock checks parameters against Stripe's OpenAPI and keeps no state. */
async function startMock(): Promise<Mock> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn('stripe-mock', ['-http-addr', `127.0.0.1:${port}`], { stdio: 'ignore' });
  await untilPasses('stripe-mock', async () => void (await fetch(url)), 20_000);
  return { url, stop: () => void child.kill() };
}

let mock: Mock;
beforeAll(async () => {
  mock = isInstalled() ? await startMock() : await startStripe();
}, 30_000);
afterAll(() => mock.stop());

/** Returns the objection of the API to a request: the adapter may reject what a stateless mock returns. */
async function objectionTo(call: Promise<unknown>): Promise<string | undefined> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const cause = error instanceof Error && error.cause ? error.cause : error;
  return cause instanceof Stripe.errors.StripeError ? cause.message : undefined;
}

test('no request has parameters that the API does not know', async () => {
  const gateway = createStripeGateway(mock.url, 'rk_test_123');
  const base = { idempotencyKey: 'o1', currency: 'USD', amount: 999 };
  const first = await gateway
    .authorize({ ...base, paymentMethod: 'pm_card_visa', orderedAt: Date.now() }, never)
    .catch(() => ({ reference: '' }));
  const payment = { ...base, reference: first.reference || 'pi_1' };
  const calls = {
    method: () => gateway.authorize({ ...base, paymentMethod: 'pm_card_visa', orderedAt: Date.now() }, never),
    token: () =>
      gateway.authorize(
        { ...base, idempotencyKey: 'o2', paymentMethod: 'tok_visa', orderedAt: Date.now() },
        never,
      ),
    lookup: () => gateway.authorize({ ...base, idempotencyKey: 'o3', paymentMethod: 'tok_visa' }, never),
    capture: () => gateway.capture(payment, never),
    refund: () => gateway.refund({ ...payment, refundId: 'r1' }, never),
    cancel: () => gateway.void(payment, never),
    find: () => gateway.void({ idempotencyKey: 'o4', reference: '' }, never),
    open: () => gateway.listOpen({ authorizedBefore: Date.now(), pageSize: 10, pageToken: '' }, never),
    ping: () => gateway.ping(never),
  };
  for (const [name, call] of Object.entries(calls))
    expect([name, await objectionTo(call())]).toEqual([name, undefined]);
});
