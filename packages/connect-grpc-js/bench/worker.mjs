/** One side of one stack, in a process of its own. All make the same call: `grpc.health.v1.Health/Check`. */
import { once } from 'node:events';
import { createServer } from 'node:http2';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createClient } from '@connectrpc/connect';
import {
  connectNodeAdapter,
  createConnectTransport,
  createGrpcTransport as createNodeTransport,
} from '@connectrpc/connect-node';
import {
  Channel,
  credentials,
  loadPackageDefinition,
  Metadata,
  Server,
  ServerCredentials,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { addConnectService, createGrpcTransport } from 'connect-grpc-js';
import { Health } from 'connect-grpc-js/health';

const [, , role, stack] = process.argv;
const IN_FLIGHT = 50;
const TIMEOUT_MS = 10_000;
const REQUEST = { service: 'inventory.v1.InventoryService' };
const HEADERS = { 'x-request-id': '5b0e9c1e-7a58-4c55-9d0b-3f1d6a2f8b11', 'x-tenant': 'bench' };

const loadHealth = () => {
  const packageFile = createRequire(import.meta.url).resolve('grpc-health-check/package.json');
  const includeDirs = [join(dirname(packageFile), 'proto')];
  return loadPackageDefinition(loadSync('health/v1/health.proto', { includeDirs })).grpc.health.v1.Health;
};

const bind = (server) =>
  new Promise((resolve, reject) => {
    const done = (error, port) => (error ? reject(error) : resolve(port));
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), done);
  });

const serveConnectNode = async () => {
  const routes = (router) => router.service(Health, { check: () => ({ status: 1 }) });
  const server = createServer(connectNodeAdapter({ routes })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
};

const callWith = (transport) => {
  const client = createClient(Health, transport);
  return () => client.check(REQUEST, { headers: HEADERS, timeoutMs: TIMEOUT_MS });
};

const stacks = {
  'grpc-js': {
    server: () => {
      const server = new Server();
      server.addService(loadHealth().service, { Check: (_call, callback) => callback(null, { status: 1 }) });
      return bind(server);
    },
    client: (port) => {
      const client = new (loadHealth())(`127.0.0.1:${port}`, credentials.createInsecure());
      return () => {
        const metadata = new Metadata();
        for (const [name, value] of Object.entries(HEADERS)) metadata.set(name, value);
        const { promise, resolve, reject } = Promise.withResolvers();
        const options = { deadline: Date.now() + TIMEOUT_MS };
        client.Check(REQUEST, metadata, options, (error, reply) => (error ? reject(error) : resolve(reply)));
        return promise;
      };
    },
  },
  'connect-grpc-js': {
    server: () => {
      const server = new Server();
      addConnectService(server, Health, { check: () => ({ status: 1 }) });
      return bind(server);
    },
    client: (port) =>
      callWith(createGrpcTransport(new Channel(`127.0.0.1:${port}`, credentials.createInsecure(), {}))),
  },
  'connect-node gRPC': {
    server: serveConnectNode,
    client: (port) => callWith(createNodeTransport({ baseUrl: `http://127.0.0.1:${port}` })),
  },
  'connect-node Connect, HTTP/2': {
    server: serveConnectNode,
    client: (port) =>
      callWith(createConnectTransport({ baseUrl: `http://127.0.0.1:${port}`, httpVersion: '2' })),
  },
};

let call;
const run = async (calls) => {
  let left = calls;
  const lane = async () => {
    for (; left > 0; ) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
};

process.on('disconnect', () => process.exit());
process.on('message', async ({ cpu, calls, port }) => {
  if (cpu) {
    const { user, system } = process.cpuUsage();
    process.send(user + system);
  } else if (calls) {
    await run(calls);
    process.send(calls);
  } else if (role === 'server') process.send(await stacks[stack].server());
  else {
    call = stacks[stack].client(port);
    process.send(port);
  }
});
