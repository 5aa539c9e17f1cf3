/** A plain grpc-js server with proto loading, in a process of its own, which a test can kill. */
import { fileURLToPath } from 'node:url';
import { loadPackageDefinition, Server, ServerCredentials } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const includeDirs = [fileURLToPath(new URL('../../../../proto', import.meta.url))];
const { inventory } = loadPackageDefinition(loadSync('inventory/v1/inventory.proto', { includeDirs }));
const server = new Server();
const [host, port] = process.argv.slice(2);
server.addService(inventory.v1.InventoryService.service, {
  // The SKU in the response contains the name of the server.
  getStock: ({ request }, callback) => callback(null, { stock: { sku: request.sku, currency: host } }),
});
server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
  if (error) throw error;
  process.send(bound);
});
