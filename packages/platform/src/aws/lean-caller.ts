/**
 * Makes AWS calls without the SDK's middleware, which costs several times what the call itself does. Everything that can go
 * wrong is left to the SDK: its configuration resolves endpoints, credentials, retries and the clock's offset, its
 * connections carry the request, and its protocol turns a failed response into its own error classes.
 */
import { randomUUID } from 'node:crypto';
import { AwsSdkSigV4Signer } from '@aws-sdk/core/httpAuthSchemes';
import type { HttpResponse } from '@smithy/core/protocols';
import { createRetries } from './lean-retries.js';
import { type LeanClient, type ResolvedTarget, TargetResolver } from './lean-target.js';
import type { LeanOperation } from './operation.js';

/** Options of one call. */
export interface LeanCallOptions {
  readonly abortSignal?: AbortSignal | undefined;
  /** Timeout of one try, in milliseconds, in place of the client's. */
  readonly requestTimeout?: number | undefined;
}

/** The SDK's own handling of dates in responses. */
const CLOCK = new AwsSdkSigV4Signer();

/** Hint that the SDK adds to the error of a response that it cannot parse, such as a page of a load balancer. */
const UNREADABLE_HINT =
  '\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.';

/** Makes calls of one SDK client. */
export class LeanCaller {
  readonly #client: LeanClient;
  readonly #targets: TargetResolver;
  #userAgent: string | undefined;

  constructor(client: LeanClient) {
    this.#client = client;
    this.#targets = new TargetResolver(client);
  }

  /**
   * Sends the operation's JSON and resolves with the JSON of the response, as JSON has it: binary values are text.
   *
   * @throws the errors that the SDK's client throws, with the same metadata
   */
  async call<O>(operation: LeanOperation, input: object, options: LeanCallOptions = {}): Promise<O> {
    const body = JSON.stringify(input);
    const invocation = randomUUID();
    return createRetries(
      this.#client.config,
      options.abortSignal,
    )(async (attempt, maxAttempts) => {
      const target = await this.#targets.resolve(operation, input);
      const headers = {
        host: target.host,
        'content-type': 'application/x-amz-json-1.0',
        'content-length': String(Buffer.byteLength(body)),
        'x-amz-target': operation.target,
        ...operation.headers,
        'amz-sdk-invocation-id': invocation,
        'amz-sdk-request': `attempt=${attempt}; max=${maxAttempts}`,
        'user-agent': await this.#resolveUserAgent(),
      };
      return this.#try<O>(operation, target, headers, body, options);
    });
  }

  async #try<O>(
    operation: LeanOperation,
    target: ResolvedTarget,
    headers: Readonly<Record<string, string>>,
    body: string,
    options: LeanCallOptions,
  ): Promise<O> {
    const { config } = this.#client;
    const { path, signer, credentials } = target;
    const sentAt = Date.now();
    const clock = {
      config,
      context: {},
      _preRequestSystemClockOffset: config.systemClockOffset,
      _requestSentAt: sentAt,
    };
    const signed = signer.sign({ path, headers, body }, credentials, sentAt + config.systemClockOffset);
    const { protocol, hostname, port } = target;
    const request = { protocol, hostname, port, path, method: 'POST', headers: signed, body };
    try {
      const { response } = await config.requestHandler.handle(request, options);
      if (response.statusCode >= 300) return await this.#fail(operation, response);
      const json = String(response.body);
      CLOCK.successHandler(response, clock);
      return { ...(json === '' ? {} : JSON.parse(json)), $metadata: toMetadata(response) } as O;
    } catch (error) {
      return CLOCK.errorHandler(clock)(error as Error);
    }
  }

  /** @throws the SDK's error for the response */
  async #fail(operation: LeanOperation, response: HttpResponse): Promise<never> {
    const { config } = this.#client;
    try {
      await config.protocol.deserializeResponse(operation.schema, { ...config }, response);
    } catch (error) {
      Object.defineProperty(error as Error, '$response', { value: response, enumerable: false });
      if (!('$metadata' in (error as Error))) {
        (error as Error).message += UNREADABLE_HINT;
        Object.assign(error as Error, { $metadata: toMetadata(response) });
      }
      throw error;
    }
    throw new Error('The response of a failed call was read as a success');
  }

  async #resolveUserAgent(): Promise<string> {
    if (this.#userAgent === undefined) {
      const parts = await this.#client.config.defaultUserAgentProvider();
      this.#userAgent = parts.map(([name, version]) => (version ? `${name}/${version}` : name)).join(' ');
    }
    return this.#userAgent;
  }
}

function toMetadata({ statusCode, headers }: HttpResponse) {
  return {
    httpStatusCode: statusCode,
    requestId: headers['x-amzn-requestid'] ?? headers['x-amzn-request-id'] ?? headers['x-amz-request-id'],
    extendedRequestId: headers['x-amz-id-2'],
    cfId: headers['x-amz-cf-id'],
  };
}
