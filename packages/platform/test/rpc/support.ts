/** Support of the RPC tests: real servers and clients on free ports, closed after each test. */
import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect';
import { afterEach } from '@jest/globals';
import { createLogger } from '../../src/logger.js';
import type { Registry } from '../../src/metrics.js';
import { createRegistry } from '../../src/metrics.js';
import { createRpcClient, type RpcClientOptions } from '../../src/rpc/client.js';
import { type RpcServer, type RpcServerOptions, rpcService, startRpcServer } from '../../src/rpc/server.js';
import { EchoService } from './echo-service.js';

/** Logs nothing. */
export const silent = createLogger('test', 'silent');

/** The implementation that a test needs; the other methods are not implemented. */
export type EchoImpl = Partial<ServiceImpl<typeof EchoService>>;

const closers: (() => unknown)[] = [];

/** Runs after the test, the last one first. */
export function atEnd(close: () => unknown): void {
  closers.push(close);
}

afterEach(async () => {
  while (closers.length > 0) await closers.pop()?.();
});

/** Serves EchoService on free ports. */
export async function serve(
  implementation: EchoImpl,
  options: Partial<RpcServerOptions> = {},
): Promise<RpcServer & { readonly registry: Registry }> {
  const registry = createRegistry();
  const server = await startRpcServer({
    services: [rpcService(EchoService, implementation as ServiceImpl<typeof EchoService>)],
    grpcPort: 0,
    grpcPortVariable: 'GRPC_PORT',
    httpPort: 0,
    httpPortVariable: 'PORT',
    registry,
    checks: {},
    logger: silent,
    drainMs: 100,
    ...options,
  });
  atEnd(() => server.stop());
  return { ...server, registry };
}

/** A client of EchoService. */
export function connect(port: number, options: Partial<RpcClientOptions> = {}) {
  const registry = createRegistry();
  const rpc = createRpcClient(EchoService, {
    url: `http://127.0.0.1:${port}`,
    timeoutMs: 5_000,
    registry,
    logger: silent,
    ...options,
  });
  atEnd(() => rpc.close());
  return { ...rpc, registry };
}

/** The ConnectError that a call ends with. */
export async function errorOf(call: Promise<unknown>): Promise<ConnectError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConnectError)) throw new Error('no ConnectError', { cause: error });
  return error;
}

/** The name of the code that a call ends with. */
export async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  return Code[(await errorOf(call)).code];
}

/** Waits until the condition holds, for at most ten seconds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** All messages of a stream. */
export async function collect<T>(messages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const message of messages) all.push(message);
  return all;
}

/** A promise that never settles until its signal aborts; then it rejects with the reason. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = await startRpcServer({
    services: [],
    grpcPort: 0,
    grpcPortVariable: 'GRPC_PORT',
    httpPort: 0,
    httpPortVariable: 'PORT',
    registry: createRegistry(),
    checks: {},
    logger: silent,
  });
  await server.stop();
  return server.grpcPort;
}
