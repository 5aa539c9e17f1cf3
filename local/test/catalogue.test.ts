import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { closeServer, listen } from '@order-pipeline/platform/listen';
import { stockCatalogue } from '../src/catalogue.js';

test('stocks by the RPC of the inventory, and names a refused item with the reason', async () => {
  const calls: unknown[] = [];
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as { sku: string };
    calls.push([request.url, body]);
    response
      .writeHead(body.sku === 'MUG-01' ? 200 : 503, { 'content-type': 'application/json' })
      .end(body.sku === 'MUG-01' ? '{}' : '{"code":"unavailable","message":"no table"}');
  });
  const url = `http://localhost:${await listen(server, 0, 'PORT')}`;
  await stockCatalogue(url, [{ sku: 'MUG-01', unitPrice: 1250, quantity: 2 }]);
  expect(calls).toEqual([
    [
      '/inventory.v1.InventoryService/Restock',
      { sku: 'MUG-01', quantity: 2, unitPrice: 1250, currency: 'USD', deliveryId: 'first-stock' },
    ],
  ]);
  await expect(stockCatalogue(url, [{ sku: 'TEE-01', unitPrice: 1999, quantity: 1 }])).rejects.toThrow(
    'Restock of TEE-01 answered 503: {"code":"unavailable","message":"no table"}',
  );
  await closeServer(server);
});
