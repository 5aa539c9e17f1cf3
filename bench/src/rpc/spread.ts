/** Distribution of calls over two servers behind one name. */
import { promises as dns } from 'node:dns';
import { InventoryService } from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { createLogger } from '@order-pipeline/platform/logger';
import { createRegistry } from '@order-pipeline/platform/metrics';
import { createRpcClient } from '@order-pipeline/platform/rpc/client';
import { type RpcServer, rpcService, startRpcServer } from '@order-pipeline/platform/rpc/server';
import { answer, createRequest } from './message.js';

const NAME = 'two-servers.test';
const ADDRESSES = ['127.0.0.1', '127.0.0.2'];
const logger = createLogger('bench', 'silent');

/** Makes the calls one after the other and answers which part of them each server got. */
export async function measureSpread(calls: number): Promise<readonly number[]> {
  const counts = ADDRESSES.map(() => 0);
  const servers: RpcServer[] = [];
  for (const [index, host] of ADDRESSES.entries()) {
    const count = () => {
      counts[index] = (counts[index] ?? 0) + 1;
    };
    servers.push(await startServer(host, servers[0]?.grpcPort ?? 0, count));
  }
  const lookup = nameTwoAddresses();
  const { client, close } = createRpcClient(InventoryService, {
    url: `http://${NAME}:${servers[0]?.grpcPort}`,
    timeoutMs: 10_000,
    registry: createRegistry(),
    logger,
  });
  for (let call = 0; call < calls; call += 1) await client.reserve(createRequest());
  close();
  lookup.restore();
  await Promise.all(servers.map((server) => server.stop()));
  return counts.map((count) => count / calls);
}

function startServer(grpcHost: string, grpcPort: number, count: () => void): Promise<RpcServer> {
  const reserve = (request: Parameters<typeof answer<bigint>>[0]) => {
    count();
    return answer(request);
  };
  return startRpcServer({
    services: [rpcService(InventoryService, { reserve } as never)],
    grpcHost,
    grpcPort,
    grpcPortVariable: 'GRPC_PORT',
    httpPort: 0,
    httpPortVariable: 'HTTP_PORT',
    registry: createRegistry(),
    checks: {},
    logger,
  });
}

/** Replaces a name server, the only component on the way to the servers that this machine lacks. */
function nameTwoAddresses() {
  const original = dns.lookup;
  const lookup = async (name: string, ...rest: unknown[]) =>
    name === NAME
      ? ADDRESSES.map((address) => ({ address, family: 4 }))
      : (original as (...args: unknown[]) => Promise<unknown>)(name, ...rest);
  Object.assign(dns, { lookup });
  return { restore: () => Object.assign(dns, { lookup: original }) };
}
