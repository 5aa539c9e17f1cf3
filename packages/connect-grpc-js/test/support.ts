/** Real servers and clients on free ports, closed after each test. */
import { Code, ConnectError, createClient, type ServiceImpl } from '@connectrpc/connect';
import { Channel, credentials, Server, ServerCredentials } from '@grpc/grpc-js';
import { afterEach } from '@jest/globals';
import {
  addConnectService,
  type ConnectServiceOptions,
  createGrpcTransport,
  type GrpcTransportOptions,
} from '../src/index.js';
import { EchoService } from './echo.js';

const closers: (() => unknown)[] = [];

afterEach(async () => {
  while (closers.length > 0) await closers.pop()?.();
});

/** Binds the server to a free port of the loopback interface. */
export async function listen(server: Server): Promise<number> {
  closers.push(() => server.forceShutdown());
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

/** Serves EchoService; methods that a test leaves out are not implemented. */
export function serve(
  implementation: Partial<ServiceImpl<typeof EchoService>>,
  options?: ConnectServiceOptions,
): Promise<number> {
  const server = new Server();
  addConnectService(server, EchoService, implementation, options);
  return listen(server);
}

/** A channel to the port. */
export function open(port: number): Channel {
  const channel = new Channel(`dns:///127.0.0.1:${port}`, credentials.createInsecure(), {});
  closers.push(() => channel.close());
  return channel;
}

/** A client of EchoService. */
export function connect(port: number, options: GrpcTransportOptions = {}) {
  return createClient(EchoService, createGrpcTransport(open(port), { defaultTimeoutMs: 10_000, ...options }));
}

/** The ConnectError that a call rejects with. */
export async function errorOf(call: Promise<unknown>): Promise<ConnectError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConnectError)) throw new Error('no ConnectError', { cause: error });
  return error;
}

/** The name of the code that a call rejects with. */
export async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  return Code[(await errorOf(call)).code];
}

/** Waits until the condition holds, for at most ten seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
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

/** A promise that rejects with the signal's reason when it aborts, and never settles otherwise. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}
