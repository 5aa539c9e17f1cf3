import { randomUUID } from 'node:crypto';
import { type Client, createClient, createRouterTransport } from '@connectrpc/connect';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { PaymentService, RefundState } from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import { systemClock } from '@order-pipeline/platform/clock';
import { Table } from '@order-pipeline/platform/dynamo/table';
import { Counter, Registry } from 'prom-client';
import { UnavailableError } from '../src/errors.js';
import type { GatewayRefund } from '../src/payment/gateway.js';
import { SimulatedGateway } from '../src/payment/gateways/simulated.js';
import { LEDGER } from '../src/payment/items.js';
import { Payments } from '../src/payment/payments.js';
import { applyProviderChange, type ProviderChange } from '../src/payment/provider-change.js';
import { Refunds } from '../src/payment/refund/refunds.js';
import { createPaymentService } from '../src/payment/service.js';
import { PaymentStore } from '../src/payment/store.js';
import { codeOf, expectViolations, LATER, logger, useStack } from './support.js';

const use = useStack();

/** Counts refunds, and can lose a response. */
class CountingGateway extends SimulatedGateway {
  refunds = 0;
  /** Awaited after a refund and before its response. */
  afterRefund: () => Promise<void> = async () => undefined;

  override async refund(refund: GatewayRefund) {
    const answer = await super.refund(refund);
    this.refunds += 1;
    await this.afterRefund();
    return answer;
  }
}

let gateway: CountingGateway;
let client: Client<typeof PaymentService>;
let apply: (change: ProviderChange) => Promise<void>;
beforeEach(() => {
  gateway = new CountingGateway({ slowMs: 1 });
  const counter = <N extends string>(name: string, labelNames: readonly N[]) =>
    new Counter({ name, help: 'test', labelNames, registers: [new Registry()] });
  const store = new PaymentStore(new Table(use.dynamo, { ...LEDGER, name: 'payments' }));
  const transitions = counter('payments_total', ['state'] as const);
  const deps = { store, gateway, gatewayTimeoutMs: 10_000, clock: systemClock, transitions };
  const refunds = new Refunds(deps);
  const service = createPaymentService({ payments: new Payments(deps), refunds, clock: systemClock, logger });
  client = createClient(
    PaymentService,
    createRouterTransport((router) => router.service(PaymentService, service)),
  );
  const changes = counter('changes_total', ['kind'] as const);
  apply = (change) => applyProviderChange({ store, refunds, logger, changes }, change);
});

async function charged(amount = 1_000n): Promise<string> {
  const orderId = randomUUID();
  const money = { orderId, amount, currency: 'USD', paymentMethod: 'tok_visa', notAfter: LATER };
  await client.authorize(money);
  await client.capture({ orderId });
  return orderId;
}

const refund = (orderId: string, refundId: string, amount = 0n) =>
  client.refund({ orderId, refundId, amount, reason: 'broken' });

describe('a refund', () => {
  test('in parts and then of the rest', async () => {
    const orderId = await charged();
    const first = await refund(orderId, 'a', 300n);
    expect(first.refund).toMatchObject({
      refundId: 'a',
      amount: 300n,
      state: RefundState.DONE,
      sequence: 1,
      refundedTotal: 300n,
    });
    const rest = await refund(orderId, 'b');
    expect(rest.refund).toMatchObject({ amount: 700n, sequence: 2, refundedTotal: 1_000n });
    expect(rest.payment).toMatchObject({ amount: 1_000n, refundedAmount: 1_000n, captureCount: 1 });
    expect(await codeOf(refund(orderId, 'c'))).toBe('FailedPrecondition');
  });

  test('again is the same refund, also of "the rest"', async () => {
    const orderId = await charged();
    await refund(orderId, 'a');
    expect((await refund(orderId, 'a')).refund).toMatchObject({ amount: 1_000n, sequence: 1 });
    expect((await refund(orderId, 'a', 1_000n)).refund).toMatchObject({ sequence: 1 });
    expect(await codeOf(refund(orderId, 'a', 1n))).toBe('FailedPrecondition');
    expect(gateway.refunds).toBe(1);
  });

  test('is never above the captured amount, also with concurrent requests', async () => {
    const orderId = await charged();
    const ids = Array.from({ length: 8 }, (_, index) => `r${index}`);
    const codes = await Promise.all(ids.map((id) => codeOf(refund(orderId, id, 300n))));
    expect(codes.filter((code) => code === undefined)).toHaveLength(3);
    expect(new Set(codes.filter((code) => code !== undefined))).toEqual(new Set(['FailedPrecondition']));
    const { payment } = await client.getPayment({ orderId });
    expect(payment).toMatchObject({ refundedAmount: 900n });
    expect(payment?.refunds.map(({ sequence }) => sequence).toSorted()).toEqual([1, 2, 3]);
  });

  test('at the same time under one id is made once', async () => {
    const orderId = await charged();
    const all = await Promise.all(Array.from({ length: 5 }, () => refund(orderId, 'a', 400n)));
    expect(new Set(all.map(({ refund: one }) => one?.gatewayReference)).size).toBe(1);
    expect((await client.getPayment({ orderId })).payment).toMatchObject({ refundedAmount: 400n });
  });

  test('whose response is lost counts, and a repeat completes it', async () => {
    const orderId = await charged();
    gateway.afterRefund = async () => {
      throw new UnavailableError('the connection broke');
    };
    expect(await codeOf(refund(orderId, 'a', 600n))).toBe('Unavailable');
    gateway.afterRefund = async () => undefined;
    const { payment } = await client.getPayment({ orderId });
    expect(payment).toMatchObject({ refundedAmount: 0n, refunds: [{ state: RefundState.PENDING }] });
    expect(await codeOf(refund(orderId, 'b', 500n))).toBe('FailedPrecondition');
    expect((await refund(orderId, 'a', 600n)).payment).toMatchObject({ refundedAmount: 600n });
  });

  test('that the provider refuses releases its amount', async () => {
    const orderId = await charged();
    const reference = { idempotencyKey: orderId, reference: '' };
    await gateway.refund({ ...reference, refundId: 'by-hand', amount: 900, currency: 'USD' });
    expect(await codeOf(refund(orderId, 'a', 500n))).toBe('FailedPrecondition');
    expect(await codeOf(refund(orderId, 'a', 500n))).toBe('FailedPrecondition');
    expect((await refund(orderId, 'b', 100n)).refund).toMatchObject({ state: RefundState.DONE });
  });

  test('needs a captured payment', async () => {
    const orderId = randomUUID();
    expect(await codeOf(refund(orderId, 'a'))).toBe('NotFound');
    await client.void({ orderId });
    expect(await codeOf(refund(orderId, 'a'))).toBe('FailedPrecondition');
  });

  test('has its fields checked, all at once', async () => {
    await expectViolations(client.refund({ amount: -1n, refundId: 'a b', reason: 'r'.repeat(501) }), [
      'order_id',
      'refund_id',
      'amount',
      'reason',
    ]);
  });
});

describe('a change at the provider', () => {
  const byHand = (orderId: string, changes: object = {}): ProviderChange => ({
    kind: 'refund',
    idempotencyKey: orderId,
    refundId: 're_1',
    own: false,
    reference: 're_1',
    amount: 250,
    state: 'DONE',
    ...changes,
  });

  test('a refund made there is in the ledger once, and limits ours', async () => {
    const orderId = await charged();
    await Promise.all([apply(byHand(orderId)), apply(byHand(orderId))]);
    await apply(byHand(orderId));
    expect((await client.getPayment({ orderId })).payment).toMatchObject({
      refundedAmount: 250n,
      refunds: [{ refundId: 're_1', reason: 'made at the provider', sequence: 1 }],
    });
    expect((await refund(orderId, 'a')).refund).toMatchObject({ amount: 750n, refundedTotal: 1_000n });
  });

  test('completes a refund of ours, and reports one that the bank returns', async () => {
    const orderId = await charged();
    gateway.afterRefund = async () => {
      throw new UnavailableError('lost');
    };
    await codeOf(refund(orderId, 'a', 250n));
    await apply(byHand(orderId, { refundId: 'a', own: true }));
    const done = await client.getPayment({ orderId });
    expect(done.payment).toMatchObject({ refundedAmount: 250n, refunds: [{ gatewayReference: 're_1' }] });
    await apply(byHand(orderId, { refundId: 'a', own: true, state: 'FAILED' }));
    await apply(byHand(orderId, { refundId: 'a', own: true }));
    const failed = await client.getPayment({ orderId });
    expect(failed.payment).toMatchObject({ refundedAmount: 0n, refunds: [{ state: RefundState.FAILED }] });
  });

  test('a dispute is noted until it is won', async () => {
    const orderId = await charged();
    const problemOf = async () => (await client.getPayment({ orderId })).payment?.providerProblem;
    await apply({ kind: 'problem', idempotencyKey: orderId, problem: 'DISPUTED' });
    expect(await problemOf()).toBe('DISPUTED');
    await apply({ kind: 'problem-solved', idempotencyKey: orderId });
    expect(await problemOf()).toBe('');
  });

  test('an authorization that is gone is noted while the ledger counts on it, and its capture fails', async () => {
    const orderId = randomUUID();
    const gone: ProviderChange = { kind: 'problem', idempotencyKey: orderId, problem: 'AUTHORIZATION_GONE' };
    await apply(gone);
    const money = { orderId, amount: 5n, currency: 'USD', paymentMethod: 'tok_visa', notAfter: LATER };
    await client.authorize(money);
    gateway.lapse(orderId);
    await apply(gone);
    expect((await client.getPayment({ orderId })).payment?.providerProblem).toBe('AUTHORIZATION_GONE');
    await client.capture({ orderId });
    expect((await client.getPayment({ orderId })).payment?.state).toBe(5);
  });
});
