/** The stacks that are compared. Each serves and calls in its own way, with the same messages and headers. */
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Client, createClient, type Transport } from '@connectrpc/connect';
import { connectNodeAdapter, createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import {
  credentials,
  type handleUnaryCall,
  loadPackageDefinition,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { InventoryService } from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { createLogger } from '@order-pipeline/platform/logger';
import { createRegistry } from '@order-pipeline/platform/metrics';
import { createRpcClient } from '@order-pipeline/platform/rpc/client';
import { rpcService, startRpcServer } from '@order-pipeline/platform/rpc/server';
import { answer, createLoadedRequest, createRequest, HEADERS } from './message.js';

/** One way to serve and to call. */
export interface Stack {
  /** Starts the server and answers its port. */
  serve(): Promise<number>;
  /** Creates a client and answers what makes one call. */
  connect(port: number): () => Promise<unknown>;
}

const TIMEOUT_MS = 10_000;
const logger = createLogger('bench', 'silent');
const implementation = { reserve: answer<bigint> };

/** grpc-js and nothing else: messages by its proto loader, as its documentation shows. */
const plain: Stack = {
  serve: () => {
    const server = new Server();
    const reserve: handleUnaryCall<{ amount: string }, unknown> = (call, callback) =>
      callback(null, answer(call.request));
    server.addService(loadInventory().service, { Reserve: reserve });
    return new Promise((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
  },
  connect: (port) => {
    const client = new (loadInventory())(`127.0.0.1:${port}`, credentials.createInsecure());
    return () =>
      new Promise((resolve, reject) => {
        const metadata = new Metadata();
        for (const [name, value] of Object.entries(HEADERS)) metadata.set(name, value);
        const options = { deadline: Date.now() + TIMEOUT_MS };
        client.Reserve?.(
          createLoadedRequest(),
          metadata,
          options,
          (error: Error | null, response: unknown) => (error ? reject(error) : resolve(response)),
        );
      });
  },
};

function loadInventory(): ServiceClientConstructor {
  const protoDirectory = fileURLToPath(new URL('../../../proto', import.meta.url));
  const definition = loadSync('inventory/v1/inventory.proto', {
    includeDirs: [protoDirectory],
    keepCase: true,
    longs: String,
  });
  const { inventory } = loadPackageDefinition(definition) as unknown as {
    inventory: { v1: { InventoryService: ServiceClientConstructor } };
  };
  return inventory.v1.InventoryService;
}

/** Our server and client, with all that services run with: metrics, retries, breaker, health and reflection. */
const ours: Stack = {
  serve: async () => {
    const server = await startRpcServer({
      services: [rpcService(InventoryService, implementation as never)],
      grpcPort: 0,
      grpcPortVariable: 'GRPC_PORT',
      httpPort: 0,
      httpPortVariable: 'HTTP_PORT',
      registry: createRegistry(),
      checks: {},
      logger,
    });
    return server.grpcPort;
  },
  connect: (port) => {
    const { client } = createRpcClient(InventoryService, {
      url: `http://127.0.0.1:${port}`,
      timeoutMs: TIMEOUT_MS,
      registry: createRegistry(),
      logger,
    });
    return call(client);
  },
};

const connectGrpc = connectNode((baseUrl) => createGrpcTransport({ baseUrl }));
const connectHttp2 = connectNode((baseUrl) => createConnectTransport({ baseUrl, httpVersion: '2' }));

/** connect-node on both sides, over HTTP/2. */
function connectNode(createTransport: (baseUrl: string) => Transport): Stack {
  return {
    serve: async () => {
      const routes = connectNodeAdapter({
        routes: (router) => router.service(InventoryService, implementation),
      });
      const server = createServer(routes);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return (server.address() as AddressInfo).port;
    },
    connect: (port) => call(createClient(InventoryService, createTransport(`http://127.0.0.1:${port}`))),
  };
}

function call(client: Client<typeof InventoryService>): () => Promise<unknown> {
  return () => client.reserve(createRequest(), { headers: HEADERS, timeoutMs: TIMEOUT_MS });
}

/** Every stack by the name that the table shows. */
export const STACKS = {
  'grpc-js': plain,
  'our transport and adapter': ours,
  'connect-node gRPC': connectGrpc,
  'connect-node Connect, HTTP/2': connectHttp2,
} satisfies Record<string, Stack>;

/** The name of a stack. */
export type StackName = keyof typeof STACKS;
