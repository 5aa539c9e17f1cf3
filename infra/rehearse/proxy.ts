/** Proxy in front of the emulator for one task: passes on the calls that the task's role allows. */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Access, accessesOf, isAllowed, type PolicyStatement } from './iam.ts';

/** Options of the proxy. */
export interface ProxyOptions {
  /** The emulator's URL. */
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  /** Statements of the task's role. */
  readonly statements: readonly PolicyStatement[];
  /** Shared by the proxies of one emulator. */
  readonly turns: Turns;
}

/** Serializes calls: moto's UpdateItem makes an item visible before it is complete. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Runs `work` after everything that came before; `work` ends its turn by calling `done`. */
  take(work: (done: () => void) => void): void {
    this.#last = this.#last.then(() => new Promise<void>((done) => work(done)));
  }
}

/** A running proxy. */
export interface RoleProxy {
  readonly url: string;
  /** Allowed actions, with their counts. */
  readonly allowed: Map<string, number>;
  /** Denied calls. */
  readonly denied: Access[];
  stop(): Promise<void>;
}

/** Starts a proxy on a free port of the loopback address. */
export async function startProxy(options: ProxyOptions): Promise<RoleProxy> {
  const allowed = new Map<string, number>();
  const denied: Access[] = [];
  const server = createServer((incoming, response) => {
    void readBody(incoming).then((body) => {
      const accesses = accessesOf({
        target: String(incoming.headers['x-amz-target'] ?? ''),
        body: parse(body),
        region: options.region,
        account: options.account,
      });
      const refused = accesses.filter((access) => !isAllowed(options.statements, access));
      if (refused.length > 0) {
        denied.push(...refused);
        deny(response, refused[0] as Access);
        return;
      }
      for (const { action } of accesses) allowed.set(action, (allowed.get(action) ?? 0) + 1);
      const isTable = accesses.every(({ action }) => action.startsWith('dynamodb:'));
      if (!isTable) forward(options.endpoint, incoming, body, response);
      else options.turns.take((done) => forward(options.endpoint, incoming, body, response, done));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, allowed, denied, stop: () => close(server) };
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Reads a body of JSON, or the form of a query protocol. */
function parse(body: Buffer): Record<string, unknown> {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text || '{}');
  } catch {
    return Object.fromEntries(new URLSearchParams(text));
  }
}

function deny(response: ServerResponse, { action, resource }: Access): void {
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(
    JSON.stringify({
      __type: 'com.amazonaws#AccessDeniedException',
      message: `The role of this task does not allow ${action} on ${resource}`,
    }),
  );
}

/** Passes a request on; `done` is called when the emulator has answered or cannot. */
function forward(
  endpoint: string,
  incoming: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  done: () => void = () => {},
): void {
  const { hostname, port, host } = new URL(endpoint);
  const outgoing = request(
    { hostname, port, path: incoming.url, method: incoming.method, headers: { ...incoming.headers, host } },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  outgoing.once('error', () => response.destroy());
  outgoing.once('close', done);
  // A client that disconnects at its own deadline leaves no call running.
  response.once('close', () => outgoing.destroy());
  outgoing.end(body);
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
