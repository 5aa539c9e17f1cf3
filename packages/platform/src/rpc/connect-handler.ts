/** Serves the Connect protocols over HTTP: Connect itself (JSON and binary) and gRPC-Web. */
import type { RequestListener } from 'node:http';
import { createConnectRouter } from '@connectrpc/connect';
import {
  compressionBrotli,
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from '@connectrpc/connect-node';
import type { Logger } from '../logger.js';
import type { RpcLimits } from './limits.js';
import type { RpcService } from './service.js';

/** Services of a Connect handler, and the signal that ends them. */
export interface ConnectHandlerOptions {
  /** Guarded services. */
  readonly services: readonly RpcService[];
  readonly limits: RpcLimits;
  readonly logger: Logger;
  /** Aborts the calls in flight. */
  readonly shutdownSignal: AbortSignal;
  /** Answers requests for paths that are no RPC; 404 by default. */
  readonly fallback?: RequestListener | undefined;
}

/**
 * As connect-node's own `connectNodeAdapter`, which reports clients that hang up with a stack trace on standard error:
 * here they are a line in the debug log.
 */
export function createConnectHandler(options: ConnectHandlerOptions): RequestListener {
  const handlers = new Map(createRouter(options).handlers.map((handler) => [handler.requestPath, handler]));
  return (request, response) => {
    const handler = handlers.get((request.url ?? '').split('?', 1)[0] ?? '');
    if (!handler) {
      if (options.fallback) options.fallback(request, response);
      else response.writeHead(404).end();
      return;
    }
    handler(universalRequestFromNodeRequest(request, response, undefined, undefined))
      .then((answer) => universalResponseToNodeResponse(answer, response))
      .catch((error: unknown) => {
        options.logger.debug({ err: error, path: request.url }, 'an answer could not be delivered');
        response.destroy();
      });
  };
}

function createRouter({ services, limits, shutdownSignal }: ConnectHandlerOptions) {
  const router = createConnectRouter({
    // gRPC has a listener of its own.
    grpc: false,
    acceptCompression: [compressionGzip, compressionBrotli],
    // People write JSON: a field that is misspelt must not be left out in silence.
    jsonOptions: { ignoreUnknownFields: false },
    readMaxBytes: limits.messageMaxBytes,
    writeMaxBytes: limits.messageMaxBytes,
    shutdownSignal,
  });
  for (const { service, implementation } of services) router.service(service, implementation);
  return router;
}
