/** Configuration of SDK clients with the SDK's own HTTP handler, to which lean calls are compared. */
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsClientOptions } from '../../src/aws-options.js';

/** Returns the configuration. */
export function toSdkConfig({ region, maxAttempts, requestTimeoutMs }: AwsClientOptions) {
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: 1_000,
    requestTimeout: requestTimeoutMs,
    throwOnRequestTimeout: true,
  });
  return { region, maxAttempts, requestHandler };
}
