/** The operations service on a real stack, called as browsers and tools call it. */
import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import type { DescService } from '@bufbuild/protobuf';
import { type Client, createClient, type Transport } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';
import { OperationsService } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import type { PlacedOrder } from '@order-pipeline/contracts/order-event';
import type { PlacedEntry, StatusEntry } from '@order-pipeline/contracts/order-feed';
import { OrderFeedWriter } from '@order-pipeline/platform/order-feed';
import { createRedis, type Redis } from '@order-pipeline/platform/redis';
import { systemTimers } from '@order-pipeline/platform/timers';
import { LOGGER } from '../../order-processor/test/harness.js';
import { ProtocolHarness } from '../../order-processor/test/protocol-harness.js';
import { loadConfig } from '../src/config.js';
import { type RunningOperations, type StartOptions, start } from '../src/start.js';
import { Operator } from './operator-harness.js';

/** A protocol of the API. */
export type Protocol = 'connect' | 'grpc-web' | 'grpc';

/** A running service with a worker, an operator and clients. */
export class RpcHarness {
  static async start(
    env: Readonly<Record<string, string>> = {},
    options: StartOptions = {},
  ): Promise<RpcHarness> {
    const protocol = await ProtocolHarness.start();
    const operator = new Operator(protocol);
    const audits: Record<string, unknown>[] = [];
    const redis = createRedis(protocol.stack.redis.url, LOGGER);
    await new Promise((resolve) => redis.once('ready', resolve));
    const config = loadConfig({ ...operator.env, PORT: '0', GRPC_PORT: '0', ...env });
    const service = await start(config, LOGGER, {
      writeAudit: (line) => audits.push(JSON.parse(line)),
      deadLetterWaitSeconds: 0,
      assetsFolder: '/nonexistent',
      ...options,
    });
    return new RpcHarness(protocol, operator, redis, service, audits);
  }

  readonly feed: OrderFeedWriter;

  readonly protocol: ProtocolHarness;
  readonly operator: Operator;
  readonly redis: Redis;
  readonly service: RunningOperations;
  /** Audit lines of the service. */
  readonly audits: Record<string, unknown>[];

  private constructor(
    protocol: ProtocolHarness,
    operator: Operator,
    redis: Redis,
    service: RunningOperations,
    audits: Record<string, unknown>[],
  ) {
    this.protocol = protocol;
    this.operator = operator;
    this.redis = redis;
    this.service = service;
    this.audits = audits;
    this.feed = new OrderFeedWriter({ redis, timers: systemTimers });
  }

  get url(): string {
    return `http://127.0.0.1:${this.service.port}`;
  }

  client(protocol: Protocol): Client<typeof OperationsService> {
    return this.clientOf(OperationsService, protocol);
  }

  clientOf<S extends DescService>(service: S, protocol: Protocol): Client<S> {
    return createClient(service, this.#transport(protocol));
  }

  #transport(protocol: Protocol): Transport {
    if (protocol === 'grpc')
      return createGrpcTransport({ baseUrl: `http://127.0.0.1:${this.service.grpcPort}` });
    const options = { baseUrl: this.url, httpVersion: '1.1' } as const;
    return protocol === 'connect'
      ? createConnectTransport({ ...options, useBinaryFormat: false })
      : createGrpcWebTransport(options);
  }

  /** The feed as the API and a processor write it for an order. */
  async announce(order: PlacedOrder, ...changes: Omit<StatusEntry, 'order_id'>[]): Promise<void> {
    const { order_id, user_id, amount, currency, items, created_at } = order;
    const placed: PlacedEntry = {
      ...{ order_id, user_id, amount, currency, items, created_at },
      request_id: `request-of-${order_id}`,
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    };
    this.feed.add(placed);
    for (const change of changes) this.feed.add({ order_id, ...change });
    await this.feed.flush();
  }

  /** Removes redriven messages, so that the next message is the one that a test sends. */
  async emptyOrderQueue(): Promise<void> {
    const { SQS_QUEUE_URL: QueueUrl } = this.protocol.stack.env;
    await this.operator.sqs.send(new PurgeQueueCommand({ QueueUrl }));
  }

  async stop(): Promise<void> {
    await this.service.stop();
    this.redis.disconnect();
    this.operator.close();
    await this.protocol.stop();
  }
}
