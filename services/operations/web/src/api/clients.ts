/** Clients of the operations service. Streams and calls share one transport. */
import { type Client, createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import { LocalLabService } from '@order-pipeline/contracts/gen/operations/v1/local_lab_pb';
import { OperationsService } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';

let csrfToken = '';

/** Sets the token that proves that a change comes from this page. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

const addCsrfToken: Interceptor = (next) => (request) => {
  if (csrfToken) request.header.set('x-csrf-token', csrfToken);
  return next(request);
};

const transport = createConnectTransport({
  baseUrl: globalThis.location?.origin ?? '',
  interceptors: [addCsrfToken],
});

/** The operators' API. */
export const operations: Client<typeof OperationsService> = createClient(OperationsService, transport);

/** Experiments with the local stack. */
export const lab: Client<typeof LocalLabService> = createClient(LocalLabService, transport);
