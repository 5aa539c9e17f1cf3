/** Stands between the services and an AWS emulator, and gets requests wrong. */
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOOPBACK } from '@order-pipeline/local/emulators';
import type { ActiveFaults } from './active-faults.js';
import type { HttpFault } from './schedule.js';

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Sees the requests that get through, and may change them. */
export interface HttpObserver {
  /** The body to send instead. `operation` as in `x-amz-target`, without the service. */
  readonly onRequest?: (operation: string, body: Buffer) => Buffer;
  readonly onAnswer?: (operation: string, body: Buffer, answer: Answer) => void;
}

/** What a proxy is given. */
export interface HttpProxyOptions {
  readonly targetPort: number;
  readonly faults: ActiveFaults<HttpFault>;
  readonly observer?: HttpObserver;
}

/** A listening proxy. */
export interface FaultProxy {
  readonly port: number;
  stop(): Promise<void>;
}

/** The AWS JSON protocol's errors: status, and the type that SDKs tell errors by. */
const ERRORS: Readonly<Record<'error' | 'throttle', { status: number; type: string }>> = {
  error: { status: 500, type: 'InternalServerError' },
  throttle: { status: 400, type: 'ThrottlingException' },
};

/** DynamoDB throttles in its own words. */
const DYNAMODB_THROTTLE = { status: 400, type: 'ProvisionedThroughputExceededException' };

/** Starts a proxy on a free loopback port. */
export async function startHttpProxy(options: HttpProxyOptions): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) => {
    handle(options, agent, request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
}

async function handle(
  { targetPort, faults, observer }: HttpProxyOptions,
  agent: Agent,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const received = await buffer(request);
  const [api = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  const hit = faults.draw();
  if (hit?.fault === 'cut-before') return void request.socket.destroy();
  if (hit?.fault === 'error' || hit?.fault === 'throttle') return refuse(response, hit.fault, api);
  if (hit?.fault === 'latency') await sleep(hit.latencyMs);
  // Nobody waits for the answer: a request that was given up must not take effect later.
  if (response.destroyed) return;
  const body = observer?.onRequest?.(operation, received) ?? received;
  const answer = await forward(targetPort, agent, request, response, body);
  observer?.onAnswer?.(operation, body, answer);
  if (hit?.fault === 'cut-after') return void request.socket.destroy();
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

function refuse(response: ServerResponse, fault: 'error' | 'throttle', api: string): void {
  const { status, type } =
    fault === 'throttle' && api.startsWith('DynamoDB') ? DYNAMODB_THROTTLE : ERRORS[fault];
  response
    .writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
    .end(JSON.stringify({ __type: `com.amazonaws#${type}`, message: 'injected' }));
}

/** Passes the request on. Rejects when the target or the client goes away; then the target is hung up on. */
async function forward(
  targetPort: number,
  agent: Agent,
  { method, url, headers }: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): Promise<Answer> {
  const abort = new AbortController();
  response.once('close', () => abort.abort());
  const outgoing = send({
    host: LOOPBACK,
    port: targetPort,
    method,
    path: url,
    headers: { ...headers, 'content-length': body.length },
    agent,
    signal: abort.signal,
  });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: incoming.statusCode ?? 502, headers: incoming.headers, body: await buffer(incoming) };
}
