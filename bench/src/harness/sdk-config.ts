/** The AWS SDK as its documentation shows it, with keep-alive connections: what floors and naive variants use. */
import { Agent } from 'node:http';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Connections of a client. */
const MAX_SOCKETS = 64;

/** Returns the configuration of an SDK client. */
export function toSdkConfig(requestTimeout: number) {
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: 1_000,
    requestTimeout,
    throwOnRequestTimeout: true,
    httpAgent: new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
  });
  return { region: 'us-east-1', maxAttempts: 3, requestHandler };
}
