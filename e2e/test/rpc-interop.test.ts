/** Every method of the three services, called by three tools, with one outcome. */
import { randomUUID } from 'node:crypto';
import type { DescService, JsonObject } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FraudService } from '@order-pipeline/contracts/gen/fraud/v1/fraud_pb';
import { InventoryService } from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { PaymentService } from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import { checkHttp, untilPasses } from '@order-pipeline/local/ready';
import { freePort } from '@order-pipeline/local/redis-server';
import { serviceProgram } from '@order-pipeline/local/services';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import {
  createBufTool,
  createJsonTool,
  createPlainTool,
  type Outcome,
  type RpcTool,
} from '../src/rpc-tools.js';
import { ScannedProcess } from '../src/scanned-process.js';

let stack: TestStack;
let scoring: ScannedProcess;
let tools: Readonly<Record<string, RpcTool>>;

beforeAll(async () => {
  stack = await startTestStack();
  const [grpcPort, httpPort] = [await freePort(), await freePort()];
  const ports = { GRPC_PORT: String(grpcPort), PORT: String(httpPort) };
  const env = { ...stack.env, ...ports, LOG_LEVEL: 'warn', PATH: process.env.PATH };
  scoring = new ScannedProcess('scoring', [serviceProgram('scoring')], env);
  await untilPasses('scoring', () => checkHttp(`http://127.0.0.1:${httpPort}/ready`), 20_000);
  tools = {
    'a plain grpc-js client': createPlainTool(grpcPort),
    'a Connect client with JSON over HTTP/1.1': createJsonTool(httpPort),
    'buf curl': createBufTool(grpcPort),
  };
});

afterAll(async () => {
  await scoring.stop();
  await stack.stop();
});

const LATER = '2100-01-01T00:00:00Z';
const LONG_AGO = '2020-01-01T00:00:00Z';
const MONEY = { amount: '1000', currency: 'USD' };

describe.each(['a plain grpc-js client', 'a Connect client with JSON over HTTP/1.1', 'buf curl'])(
  '%s',
  (name) => {
    const call = (service: DescService, method: string, request: JsonObject): Promise<Outcome> => {
      const tool = tools[name];
      if (!tool) throw new Error(`there is no tool ${name}`);
      return tool(service, method, request);
    };
    const inventory = (method: string, request: JsonObject) => call(InventoryService, method, request);
    const payment = (method: string, request: JsonObject) => call(PaymentService, method, request);
    const stockOf = async (sku: string) => inventory('GetStock', { sku });

    test('takes an order through every method', async () => {
      const [sku, orderId, otherOrder] = [randomUUID(), randomUUID(), randomUUID()];
      const stock = { sku, unitPrice: '500', currency: 'USD' };
      const lines = [{ sku, quantity: 2 }];
      const restocked = await inventory('Restock', {
        sku,
        quantity: '5',
        unitPrice: '500',
        deliveryId: 'd1',
      });
      expect(restocked).toEqual({ answer: { stock: { ...stock, available: '5' } } });

      const reservation = { lines, ...MONEY, notAfter: LATER };
      const hold = { sku, token: expect.stringMatching(/^2:0\./), quantity: 2 };
      for (const each of [orderId, otherOrder])
        expect(await inventory('Reserve', { orderId: each, ...reservation })).toEqual({
          answer: { outcome: 'RESERVE_OUTCOME_RESERVED', total: '1000', holds: [hold] },
        });
      expect(await stockOf(sku)).toEqual({ answer: { stock: { ...stock, available: '1', held: '4' } } });
      expect(await inventory('Confirm', { orderId, lines })).toEqual({ answer: { confirmedLines: 1 } });
      expect(await inventory('Release', { orderId: otherOrder, lines })).toEqual({
        answer: { releasedLines: 1 },
      });
      expect(await stockOf(sku)).toEqual({ answer: { stock: { ...stock, available: '3', sold: '2' } } });

      const order = {
        orderId,
        userId: randomUUID(),
        ...MONEY,
        quantity: '2',
        requestedAt: new Date().toISOString(),
      };
      const scored = await call(FraudService, 'Score', order);
      expect(scored).toMatchObject({ answer: { decision: 'DECISION_ACCEPT' } });

      const authorization = { ...MONEY, paymentMethod: 'tok_visa', notAfter: LATER };
      const authorized = await payment('Authorize', { orderId, ...authorization });
      expect(authorized).toMatchObject({
        answer: { payment: { orderId, state: 'PAYMENT_STATE_AUTHORIZED' } },
      });
      const captured = {
        answer: { payment: { state: 'PAYMENT_STATE_CAPTURED', captureCount: 1, amount: '1000' } },
      };
      expect(await payment('Capture', { orderId })).toMatchObject(captured);
      expect(await payment('GetPayment', { orderId })).toMatchObject(captured);
      const voided = await payment('Void', { orderId: otherOrder });
      expect(voided).toMatchObject({ answer: { payment: { state: 'PAYMENT_STATE_VOIDED' } } });
    });

    test('gets NOT_FOUND for an unknown SKU', async () => {
      const sku = randomUUID();
      const expected = { code: 'not_found', message: `The price list has no SKU ${sku}`, fields: [] };
      expect(await stockOf(sku)).toEqual(expected);
      expect(await payment('GetPayment', { orderId: randomUUID() })).toMatchObject({ code: 'not_found' });
    });

    test('gets INVALID_ARGUMENT that names every bad field, and nothing is written', async () => {
      const bad = {
        orderId: '',
        lines: [{ sku: 'A', quantity: 0 }],
        amount: '-1',
        currency: 'usd',
        notAfter: LATER,
      };
      const reserved = await inventory('Reserve', bad);
      const fields = ['order_id', 'lines[0].quantity', 'amount', 'currency'];
      expect(reserved).toMatchObject({ code: 'invalid_argument' });
      expect('fields' in reserved && reserved.fields.toSorted()).toEqual(fields.toSorted());
      const scored = await call(FraudService, 'Score', {});
      expect(scored).toMatchObject({
        code: 'invalid_argument',
        fields: expect.arrayContaining(['order_id', 'user_id']),
      });
      const orderId = randomUUID();
      const authorized = await payment('Authorize', {
        orderId,
        amount: '0',
        currency: 'USD',
        notAfter: LATER,
      });
      expect(authorized).toMatchObject({ code: 'invalid_argument', fields: ['amount'] });
      expect(await payment('GetPayment', { orderId })).toMatchObject({ code: 'not_found' });
    });

    test('gets FAILED_PRECONDITION for a `not_after` that has passed, and nothing is written', async () => {
      const [sku, orderId] = [randomUUID(), randomUUID()];
      await inventory('Restock', { sku, quantity: '5', unitPrice: '500', deliveryId: 'd1' });
      const before = await stockOf(sku);
      const late = { orderId, ...MONEY, notAfter: LONG_AGO };
      const reserved = await inventory('Reserve', { ...late, lines: [{ sku, quantity: 2 }] });
      expect(reserved).toMatchObject({ code: 'failed_precondition', fields: [] });
      const authorized = await payment('Authorize', { ...late, paymentMethod: 'tok_visa' });
      expect(authorized).toMatchObject({ code: 'failed_precondition' });
      expect(await stockOf(sku)).toEqual(before);
      expect(await payment('GetPayment', { orderId })).toMatchObject({ code: 'not_found' });
    });

    test('gets FAILED_PRECONDITION for a capture of a voided payment', async () => {
      const orderId = randomUUID();
      await payment('Void', { orderId });
      expect(await payment('Capture', { orderId })).toMatchObject({ code: 'failed_precondition' });
    });
  },
);
