/** Target and signer of a call, from the configuration of an SDK client. */
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import type { HttpResponse } from '@smithy/core/protocols';
import type { AwsCredentialIdentity, OperationSchema } from '@smithy/types';
import type { PooledHttpHandler } from './http-handler.js';
import type { LeanOperation } from './operation.js';
import { RequestSigner } from './sign.js';

/** The part of an SDK client's resolved configuration that calls need. */
export interface LeanConfig {
  readonly serviceId: string;
  readonly region: () => Promise<string>;
  readonly credentials: () => Promise<AwsCredentialIdentity>;
  readonly maxAttempts: () => Promise<number>;
  readonly retryStrategy: () => Promise<object>;
  /** The clock of AWS less this machine's, in milliseconds. */
  readonly systemClockOffset: number;
  readonly defaultSigningName: string;
  readonly defaultUserAgentProvider: () => Promise<readonly (readonly string[])[]>;
  readonly requestHandler: Pick<PooledHttpHandler, 'handle'>;
  readonly protocol: {
    deserializeResponse(schema: OperationSchema, context: object, response: HttpResponse): Promise<unknown>;
  };
  readonly endpoint?: unknown;
  /** SQS only: calls go to the host of the queue's URL. */
  readonly useQueueUrlAsEndpoint?: boolean;
}

/** An SDK client. */
export interface LeanClient {
  readonly config: LeanConfig;
}

/** Target of one call. */
export interface ResolvedTarget {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly host: string;
  readonly signer: RequestSigner;
  readonly credentials: AwsCredentialIdentity;
}

/** Maximum number of cached targets of one client; the oldest is evicted first. */
const REMEMBERED = 100;

/**
 * Resolves targets. The SDK's rules are evaluated once for each table or queue and each set of credentials: accounts have
 * endpoints of their own.
 */
export class TargetResolver {
  readonly #client: LeanClient;
  readonly #known = new Map<string, ResolvedTarget>();
  /** An endpoint that the client was created with; one from the environment is put into the configuration later. */
  readonly #ownEndpoint: unknown;

  constructor(client: LeanClient) {
    this.#client = client;
    this.#ownEndpoint = client.config.endpoint;
  }

  /** Returns the target of a call. @throws what the credentials provider throws */
  async resolve(operation: LeanOperation, input: object): Promise<ResolvedTarget> {
    const { TableName, QueueUrl, RequestItems } = input as Readonly<Record<string, unknown>>;
    const resource = String(TableName ?? QueueUrl ?? Object.keys(RequestItems ?? {})[0]);
    const credentials = await this.#client.config.credentials();
    const known = this.#known.get(resource);
    if (known?.credentials === credentials) return known;
    const target = await this.#ask(operation, input, credentials, QueueUrl);
    this.#known.delete(resource);
    this.#known.set(resource, target);
    const [oldest] = this.#known.keys();
    if (this.#known.size > REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    return target;
  }

  async #ask(
    { command }: LeanOperation,
    input: object,
    credentials: AwsCredentialIdentity,
    queueUrl: unknown,
  ): Promise<ResolvedTarget> {
    const { config } = this.#client;
    const { url, properties = {} } = await getEndpointFromInstructions(
      input as Record<string, unknown>,
      command as never,
      config as never,
    );
    const [scheme] = (properties.authSchemes ?? []) as { signingName?: string; signingRegion?: string }[];
    const toQueue = config.useQueueUrlAsEndpoint === true && !this.#ownEndpoint && queueUrl !== undefined;
    const { protocol, hostname, port, host, pathname } = toQueue
      ? new URL(new URL(String(queueUrl)).origin)
      : url;
    return {
      protocol,
      hostname,
      ...(port !== '' && { port: Number(port) }),
      path: pathname.endsWith('/') ? pathname : `${pathname}/`,
      host,
      credentials,
      signer: new RequestSigner({
        service: scheme?.signingName ?? config.defaultSigningName,
        region: scheme?.signingRegion ?? (await config.region()),
      }),
    };
  }
}
