/** The HTTP listener: Connect (JSON, gRPC-Web, curl) and the operations pages on one port. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { closeServer, listen } from '../listen.js';
import type { Logger } from '../logger.js';
import { createOpsHandler, type OpsOptions } from '../ops-server.js';
import { createConnectHandler } from './connect-handler.js';
import type { RpcLimits } from './limits.js';
import type { RpcService } from './service.js';
import { httpsOptions, type ServerTls } from './tls.js';

/** An endpoint that is not an RPC. */
export interface HttpRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly handle: RequestListener;
}

/** Options of an HTTP listener. */
export interface HttpListenerOptions extends OpsOptions {
  /** Guarded services. */
  readonly services: readonly RpcService[];
  readonly routes?: readonly HttpRoute[];
  /** Answers requests for paths that are neither RPC, route nor operations page; 404 by default. */
  readonly fallback?: RequestListener | undefined;
  /** Address to listen on; all of them by default. */
  readonly host?: string | undefined;
  readonly port: number;
  readonly portVariable: string;
  readonly limits: RpcLimits;
  readonly tls: ServerTls | undefined;
  readonly logger: Logger;
}

/** An HTTP listener that accepts requests. */
export interface HttpListener {
  readonly port: number;
  /** Waits for requests in flight for up to `graceMs`, then closes the remaining connections. */
  drain(graceMs: number): Promise<void>;
}

/** Listens and serves. Throws PortInUseError. */
export async function startHttpListener(options: HttpListenerOptions): Promise<HttpListener> {
  const shutdown = new AbortController();
  const operations = createOpsHandler(options);
  const connect = createConnectHandler({ ...options, shutdownSignal: shutdown.signal });
  const handle: RequestListener = (request, response) => {
    const route = findRoute(options.routes ?? [], request);
    if (route) route.handle(request, response);
    else if (!operations(request, response)) connect(request, response);
  };
  const server = options.tls ? createTlsServer(httpsOptions(options.tls), handle) : createServer(handle);
  const port = await listen(server, options.port, options.portVariable, options.host);
  return { port, drain: (graceMs) => drain(server, shutdown, graceMs) };
}

function findRoute(
  routes: readonly HttpRoute[],
  { method, url = '' }: IncomingMessage,
): HttpRoute | undefined {
  const [path] = url.split('?', 1);
  return routes.find((route) => route.path === path && route.method === method);
}

async function drain(server: Server, shutdown: AbortController, graceMs: number): Promise<void> {
  const cutOff = setTimeout(() => {
    shutdown.abort();
    server.closeAllConnections();
  }, graceMs);
  await closeServer(server);
  clearTimeout(cutOff);
}
