/** Serves the built console and a fake service from one origin, under the policy that the operations service sets. */
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createConnectRouter } from '@connectrpc/connect';
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from '@connectrpc/connect-node';
import { OperationsService } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { SECURITY_HEADERS } from '../../../src/assets.ts';
import { toPage } from '../../../src/auth/pages.ts';
import type { FakeOperations } from './operations.ts';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Pages of the login as the service renders them. */
const LOGIN_PAGES: Readonly<Record<string, string>> = {
  '/auth/logged-out': toPage({
    title: 'Logged out',
    message: 'You are logged out.',
    link: { href: 'https://login.example.com/', text: 'Log out of the provider as well' },
  }),
  '/auth/callback': toPage({
    title: 'No access',
    message: 'somebody.with.a.long.name@operations.example.com has neither the role viewer nor operator.',
  }),
};

/** A running server. */
export interface FakeServer {
  readonly url: string;
  /** Closes it with every open connection. */
  close(): Promise<void>;
}

/** Starts the server on a free port, or on `port`. */
export async function serveFake(fake: FakeOperations, port = 0): Promise<FakeServer> {
  const shutdown = new AbortController();
  const router = createConnectRouter({ shutdownSignal: shutdown.signal });
  router.service(OperationsService, fake.implementation);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  const server = createServer((request, response) => {
    const handler = handlers.get(request.url ?? '');
    if (!handler) {
      void sendFile(request.url ?? '/', response);
      return;
    }
    handler(universalRequestFromNodeRequest(request, response, undefined, undefined))
      .then((answer) => universalResponseToNodeResponse(answer, response))
      // The page has gone.
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        shutdown.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function sendFile(url: string, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(url, 'http://localhost');
  const html = LOGIN_PAGES[pathname];
  if (html) {
    response.writeHead(200, { ...SECURITY_HEADERS, 'content-type': 'text/html; charset=utf-8' }).end(html);
    return;
  }
  const path = extname(pathname) ? pathname : '/index.html';
  try {
    const content = await readFile(join(dist, path));
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    response.writeHead(200, { ...SECURITY_HEADERS, 'content-type': type });
    response.end(content);
  } catch {
    response.writeHead(404);
    response.end();
  }
}
