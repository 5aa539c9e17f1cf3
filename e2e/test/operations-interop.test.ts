/** The operators' API by a plain gRPC client, Connect JSON, buf curl and the command line, with one result. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { LocalLabService, Outcome } from '@order-pipeline/contracts/gen/operations/v1/local_lab_pb';
import { OperationsService } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { PORT_VARIABLES } from '@order-pipeline/local/config';
import { createBufTool, createJsonTool, createPlainTool, type RpcTool } from '../src/rpc-tools.js';
import { completeOrder, type E2eStack, startE2eStack } from '../src/stack.js';

let system: E2eStack;
let tools: readonly RpcTool[];
let orderId: string;
let deadOrderId = '';

beforeAll(async () => {
  system = await startE2eStack({ console: true });
  const { operations, operationsGrpc } = system.ports;
  tools = [createPlainTool(operationsGrpc), createJsonTool(operations), createBufTool(operationsGrpc)];
  orderId = await completeOrder(system.api);
  const baseUrl = `http://localhost:${operations}`;
  const lab = createClient(LocalLabService, createConnectTransport({ baseUrl, httpVersion: '1.1' }));
  for await (const { placed } of lab.placeOrders({ outcome: Outcome.DEAD_LETTER, count: 1 }))
    deadOrderId = placed[0]?.orderId ?? deadOrderId;
});

afterAll(() => system.stack.stop());

/** Calls by each tool in turn. Returns the one outcome. */
async function callAll(method: string, request: JsonObject): Promise<unknown> {
  const outcomes: unknown[] = [];
  for (const tool of tools) outcomes.push(normalize(await tool(OperationsService, method, request)));
  for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  return outcomes[0];
}

/** The plain client has moments as messages, the others as text. */
function normalize(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, each: JsonValue) => {
    if (each !== null && typeof each === 'object' && 'seconds' in each)
      return Number(each.seconds) * 1_000 + Math.floor(Number(each.nanos ?? 0) / 1e6);
    return typeof each === 'string' && /^\d{4}-\d\d-\d\dT.*Z$/.test(each) ? Date.parse(each) : each;
  });
}

/** Runs `npm run orders` and parses its JSON. */
async function orders(...args: string[]) {
  const ports = Object.entries(PORT_VARIABLES).map(([name, variable]) => [
    variable,
    String(system.ports[name as keyof typeof system.ports]),
  ]);
  const env = { PATH: process.env.PATH, ...Object.fromEntries(ports) };
  const command = ['run', '--silent', 'orders', '--', ...args, '--json'];
  return JSON.parse((await promisify(execFile)('npm', command, { env })).stdout);
}

test('lists and reads an order', async () => {
  expect(await callAll('ListOrders', { query: orderId })).toMatchObject({
    answer: { orders: [{ orderId }] },
  });
  expect(await callAll('GetOrder', { orderId })).toMatchObject({
    answer: { order: { orderId, status: 'ORDER_STATUS_COMPLETED' } },
  });
  expect(await orders('list', orderId)).toMatchObject([{ order_id: orderId, status: 'COMPLETED' }]);
  expect(await orders('show', orderId)).toMatchObject({ order: { order_id: orderId, status: 'COMPLETED' } });
});

test('lists and reads a dead letter', async () => {
  const letters = { answer: { deadLetters: [{ orderId: deadOrderId }] } };
  expect(await callAll('ListDeadLetters', {})).toMatchObject(letters);
  expect(await callAll('GetDeadLetter', { id: deadOrderId })).toMatchObject(letters);
  expect(await orders('dlq', 'list')).toMatchObject([{ order_id: deadOrderId }]);
  expect(await orders('dlq', 'show', deadOrderId)).toMatchObject({ messages: [{ order_id: deadOrderId }] });
});

test('lists stock and adds a delivery once with every tool', async () => {
  const delivery = { sku: 'MUG-01', quantity: '7', deliveryId: 'note-1' };
  const availableOf = async () => {
    const items: { sku: string; available: number }[] = await orders('stock');
    return items.find(({ sku }) => sku === 'MUG-01')?.available ?? 0;
  };
  const before = await availableOf();
  const { answer } = (await callAll('Restock', delivery)) as { answer: { item: { available: string } } };
  expect(answer.item.available).toBe(String(before + 7));
  expect(await availableOf()).toBe(before + 7);
  const { answer: listed } = (await callAll('ListStock', {})) as { answer: { items: { sku: string }[] } };
  expect((await orders('stock')).map(({ sku }: { sku: string }) => sku)).toEqual(
    listed.items.map(({ sku }) => sku),
  );
});

test('gets the same error for an unknown order', async () => {
  expect(await callAll('GetOrder', { orderId: 'nobody' })).toMatchObject({ code: 'not_found' });
});
