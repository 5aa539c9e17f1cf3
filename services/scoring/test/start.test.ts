import { randomUUID } from 'node:crypto';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Decision, FraudService } from '@order-pipeline/contracts/gen/fraud/v1/fraud_pb';
import { InventoryService, ReserveOutcome } from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { PaymentService, PaymentState } from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import { PortInUseError } from '@order-pipeline/platform/listen';
import { createLogger } from '@order-pipeline/platform/logger';
import { createRegistry } from '@order-pipeline/platform/metrics';
import { createRpcClient } from '@order-pipeline/platform/rpc/client';
import { loadConfig } from '../src/config.js';
import { type RunningScoring, start } from '../src/start.js';
import { codeOf, LATER, logger, useStack } from './support.js';

const use = useStack();
const configFor = (env: Record<string, string> = {}) =>
  loadConfig({ ...use.stack.env, GRPC_PORT: '0', PORT: '0', ...env });

describe('a scoring process', () => {
  let scoring: RunningScoring;
  const closers: (() => void)[] = [];
  beforeAll(async () => {
    scoring = await start(configFor(), logger);
  });
  afterAll(async () => {
    for (const close of closers) close();
    await scoring.stop();
  });

  function connect<S extends typeof InventoryService | typeof FraudService | typeof PaymentService>(
    service: S,
  ) {
    const url = `http://127.0.0.1:${scoring.grpcPort}`;
    const rpc = createRpcClient(service, { url, timeoutMs: 10_000, registry: createRegistry(), logger });
    closers.push(() => rpc.close());
    return rpc.client;
  }

  const get = async (path: string) => await fetch(`http://127.0.0.1:${scoring.httpPort}${path}`);

  test('takes an order through all three services by gRPC', async () => {
    const [inventory, fraud, payment] = [
      connect(InventoryService),
      connect(FraudService),
      connect(PaymentService),
    ];
    const [orderId, sku] = [randomUUID(), randomUUID()];
    const lines = [{ sku, quantity: 2 }];
    await inventory.restock({ sku, quantity: 5n, unitPrice: 500n, deliveryId: 'd1' });
    const money = { orderId, amount: 1_000n, currency: 'USD' };

    const held = await inventory.reserve({ ...money, lines, notAfter: LATER });
    const requestedAt = timestampFromMs(Date.now());
    const scored = await fraud.score({ ...money, userId: randomUUID(), quantity: 2n, requestedAt });
    const authorized = await payment.authorize({ ...money, paymentMethod: 'tok_visa', notAfter: LATER });
    const captured = await payment.capture({ orderId });
    const sold = await inventory.confirm({ orderId, lines });

    expect(held.outcome).toBe(ReserveOutcome.RESERVED);
    expect(scored).toMatchObject({ decision: Decision.ACCEPT, score: 0 });
    expect(authorized.payment?.state).toBe(PaymentState.AUTHORIZED);
    expect(captured.payment).toMatchObject({ state: PaymentState.CAPTURED, captureCount: 1 });
    expect(sold.confirmedLines).toBe(1);
    expect((await inventory.getStock({ sku })).stock).toMatchObject({ available: 3n, held: 0n });
  });

  test('answers JSON on its HTTP port', async () => {
    const response = await fetch(
      `http://127.0.0.1:${scoring.httpPort}/inventory.v1.InventoryService/GetStock`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ sku: randomUUID() }),
      },
    );
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'not_found' });
  });

  test('does nothing for a caller that has disconnected', async () => {
    const inventory = connect(InventoryService);
    const sku = randomUUID();
    await inventory.restock({ sku, quantity: 5n, unitPrice: 500n, deliveryId: 'd1' });
    const caller = new AbortController();
    caller.abort();
    const request = { orderId: randomUUID(), lines: [{ sku, quantity: 1 }], amount: 500n, currency: 'USD' };
    const call = inventory.reserve({ ...request, notAfter: LATER }, { signal: caller.signal });
    expect(await codeOf(call)).toBe('Canceled');
    expect((await inventory.getStock({ sku })).stock).toMatchObject({ available: 5n, held: 0n });
  });

  test('is alive, ready and counted', async () => {
    expect(await (await get('/health')).json()).toEqual({ status: 'healthy' });
    expect(await (await get('/ready')).json()).toEqual({
      status: 'ready',
      checks: { inventory_table: 'ok', payments_table: 'ok' },
    });
    const metrics = await (await get('/metrics')).text();
    for (const name of ['reservations_total', 'fraud_decisions_total', 'payments_total'])
      expect(metrics).toContain(`# TYPE ${name} counter`);
  });
});

test('serves a subset, and is ready without the dependencies of other services', async () => {
  const scoring = await start(configFor({ SCORING_SERVICES: 'fraud', REDIS_URL: '' }), logger);
  try {
    const ready = await fetch(`http://127.0.0.1:${scoring.httpPort}/ready`);
    expect(await ready.json()).toEqual({ status: 'ready', checks: {} });
    const absent = await fetch(`http://127.0.0.1:${scoring.httpPort}/payment.v1.PaymentService/GetPayment`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(absent.status).toBe(404);
  } finally {
    await scoring.stop();
  }
});

test('warns outside the stage local that no money moves', async () => {
  const lines: string[] = [];
  const watched = createLogger('test', 'warn', { write: (line) => void lines.push(line) });
  const scoring = await start(configFor({ STAGE: 'prod', SCORING_SERVICES: 'payment' }), watched);
  await scoring.stop();
  expect(lines.join()).toContain('payments go to the simulated gateway');
});

test('is not ready without its tables', async () => {
  const scoring = await start(configFor({ PAYMENTS_TABLE: 'nowhere', SCORING_SERVICES: 'payment' }), logger);
  try {
    const ready = await fetch(`http://127.0.0.1:${scoring.httpPort}/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ status: 'not ready' });
  } finally {
    await scoring.stop();
  }
});

test('names the variable of a port that is in use', async () => {
  const first = await start(configFor(), logger);
  try {
    const second = start(configFor({ GRPC_PORT: String(first.grpcPort) }), logger);
    await expect(second).rejects.toThrow(PortInUseError);
    await expect(start(configFor({ PORT: String(first.httpPort) }), logger)).rejects.toThrow('set PORT to');
  } finally {
    await first.stop();
  }
});
