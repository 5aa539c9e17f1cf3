/** A proxy between services and an HTTP server, as a network and a server in trouble behave. */
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOOPBACK } from '@order-pipeline/local/emulators';
import type { ActiveFaults } from './active-faults.js';
import type { HttpDialect } from './dialects.js';
import { addFailed, isBatch, splitBatch } from './partial-batch.js';
import type { HttpFault } from './schedule.js';

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Sees the requests that get through, and may change them. */
export interface HttpObserver {
  /** Returns the body to send instead. */
  readonly onRequest?: (operation: string, body: Buffer) => Buffer;
  readonly onAnswer?: (operation: string, body: Buffer, answer: Answer) => void;
}

/** Options of a proxy. */
export interface HttpProxyOptions {
  readonly targetPort: number;
  readonly dialect: HttpDialect;
  readonly faults: ActiveFaults<HttpFault>;
  readonly observers?: readonly HttpObserver[];
}

/** A listening proxy. */
export interface HttpProxy {
  readonly port: number;
  /** Resolves when no late request is on its way any more. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a proxy on a free loopback port. */
export async function startHttpProxy(options: HttpProxyOptions): Promise<HttpProxy> {
  const agent = new Agent({ keepAlive: true });
  const late = new Set<Promise<unknown>>();
  const route = new Route(options, agent, late);
  const server = createServer((request, response) => {
    route.handle(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    settled: async () => {
      while (late.size > 0) await Promise.allSettled(late);
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await Promise.allSettled(late);
      agent.destroy();
    },
  };
}

/** A request, as it arrived. */
interface Received {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly operation: string;
  readonly body: Buffer;
}

class Route {
  readonly #options: HttpProxyOptions;
  readonly #agent: Agent;
  readonly #late: Set<Promise<unknown>>;

  constructor(options: HttpProxyOptions, agent: Agent, late: Set<Promise<unknown>>) {
    this.#options = options;
    this.#agent = agent;
    this.#late = late;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { faults, dialect } = this.#options;
    const body = await buffer(request);
    const received = { request, response, body, operation: dialect.operationOf(request, body) };
    const hit = faults.draw((fault) => this.#canHit(fault, received.operation));
    switch (hit?.fault) {
      case 'cut-before':
        return void request.socket.destroy();
      case 'error':
      case 'throttle':
        return refuse(response, dialect, hit.fault);
      case 'late':
        // The caller waits until its own time limit; the request takes effect after it.
        return this.#applyLate(received, hit.latencyMs);
      case 'partial':
        return answer(response, await this.#applyInPart(received));
      case 'latency':
        await sleep(hit.latencyMs);
    }
    const result = await this.#forward(received);
    if (hit?.fault === 'cut-after') return void request.socket.destroy();
    answer(response, result);
  }

  #canHit(fault: HttpFault, operation: string): boolean {
    if (fault === 'partial') return isBatch(operation);
    return fault !== 'late' || this.#options.dialect.isWrite(operation);
  }

  #applyLate(received: Received, latencyMs: number): void {
    const applied = sleep(latencyMs)
      .then(() => this.#forward(received))
      .catch(() => undefined)
      .finally(() => {
        this.#late.delete(applied);
        received.request.socket.destroy();
      });
    this.#late.add(applied);
  }

  async #applyInPart(received: Received): Promise<Answer> {
    const { body, failed } = splitBatch(received.body);
    const rest = body && (await this.#forward({ ...received, body }));
    if (rest && rest.status !== 200) return rest;
    const headers = { 'content-type': 'application/x-amz-json-1.0' };
    return { status: 200, headers, body: addFailed(rest?.body, failed) };
  }

  /**
   * Forwards a request. One whose caller has disconnected takes effect all the same, as in a server that has read it.
   */
  async #forward({ request, response, operation, body }: Received): Promise<Answer> {
    const { targetPort, observers = [] } = this.#options;
    const changed = observers.reduce((sent, { onRequest }) => onRequest?.(operation, sent) ?? sent, body);
    const { method, url, headers } = request;
    const outgoing = send({
      host: LOOPBACK,
      port: targetPort,
      method,
      path: url,
      headers: { ...headers, 'content-length': changed.length },
      agent: this.#agent,
    });
    const hangUp = () => outgoing.destroy();
    if (isLongPoll(operation)) response.once('close', hangUp);
    outgoing.end(changed);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    response.off('close', hangUp);
    const result = {
      status: incoming.statusCode ?? 502,
      headers: incoming.headers,
      body: await buffer(incoming),
    };
    for (const { onAnswer } of observers) onAnswer?.(operation, changed, result);
    return result;
  }
}

/** SQS notices that the caller of a long poll has gone, and keeps its messages. */
function isLongPoll(operation: string): boolean {
  return operation === 'ReceiveMessage';
}

function refuse(response: ServerResponse, { refusals }: HttpDialect, fault: 'error' | 'throttle'): void {
  const { status, type, body } = refusals[fault];
  response.writeHead(status, { 'content-type': type }).end(body);
}

function answer(response: ServerResponse, { status, headers, body }: Answer): void {
  const { 'transfer-encoding': _, ...kept } = headers;
  response.writeHead(status, { ...kept, 'content-length': body.length }).end(body);
}
