/** A worker whose every step can be made to crash, on real services, tables and queues. */

import type { PlacedOrder } from '@order-pipeline/contracts/order-event';
import type { OrderEvent } from '@order-pipeline/contracts/order-events';
import type { FinalStatus, OrderStatus } from '@order-pipeline/contracts/orders';
import { shardKey } from '@order-pipeline/contracts/stock';
import { CATALOGUE, stockCatalogue } from '@order-pipeline/local/catalogue';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { OrderStore } from '@order-pipeline/order-protocol/order-store';
import { createScoring, eachClient, type Scoring } from '@order-pipeline/order-protocol/scoring';
import type { Clock } from '@order-pipeline/platform/clock';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import { createRegistry } from '@order-pipeline/platform/metrics';
import type { EventSink } from '@order-pipeline/platform/sns/event-publisher';
import { loadConfig as loadScoringConfig } from '../../scoring/src/config.js';
import { SimulatedGateway } from '../../scoring/src/payment/gateways/simulated.js';
import { type RunningScoring, start as startScoring } from '../../scoring/src/start.js';
import { type Config, loadConfig } from '../src/config.js';
import { FirstErrors } from '../src/first-errors.js';
import { type Processed, type ProtocolDeps, processOrder } from '../src/process-order.js';
import { LOGGER } from './harness.js';

/** The steps of the protocol that read or write something. */
export type Step =
  | 'claim'
  | 'reserve'
  | 'score'
  | 'authorize'
  | 'decide'
  | 'capture'
  | 'confirm'
  | 'void'
  | 'release'
  | 'publish';

/** The worker died. */
export class CrashError extends Error {
  override readonly name = 'CrashError';
}

/** Point at which a worker dies: before the step was sent, or after it took effect and before the response was read. */
export interface CrashPoint {
  readonly step: Step;
  readonly when: 'before' | 'after';
}

/** Traces of an order in the tables. */
export interface Traces {
  readonly status: string | undefined;
  readonly reason: string | undefined;
  readonly payment: string | undefined;
  readonly captures: number;
  readonly available: number;
  readonly holds: number;
}

/** Real dependencies for workers of the protocol. */
export class ProtocolHarness {
  static async start(): Promise<ProtocolHarness> {
    const stack = await startTestStack();
    const time = { ahead: 0 };
    const clock = () => Date.now() + time.ahead;
    const provider = new SimulatedGateway({ slowMs: 1_500, clock });
    const services = await startScoring(
      loadScoringConfig({ ...stack.env, GRPC_PORT: '0', PORT: '0' }),
      LOGGER,
      clock,
      provider,
    );
    await stockCatalogue(`http://127.0.0.1:${services.httpPort}`, CATALOGUE);
    return new ProtocolHarness(stack, services, time, provider);
  }

  readonly config: Config;
  readonly scoring: Scoring;
  readonly store: OrderStore;
  readonly dynamo: DynamoClient;
  readonly decided: FinalStatus[] = [];
  readonly statuses: OrderStatus[] = [];
  /** Events that were published. */
  readonly events: OrderEvent[] = [];
  /** Orders whose message carried another body. */
  readonly otherBodies: string[] = [];
  readonly captureFailures: string[] = [];
  readonly differences: { readonly order_id: string; readonly unsoldLines: number }[] = [];

  readonly #services: RunningScoring;
  readonly #time: { ahead: number };

  readonly stack: TestStack;
  /** The payment provider behind the services. */
  readonly provider: SimulatedGateway;

  private constructor(
    stack: TestStack,
    services: RunningScoring,
    /** Lead of the clock of workers and services, in milliseconds. */
    time: { ahead: number },
    provider: SimulatedGateway,
  ) {
    this.stack = stack;
    this.provider = provider;
    this.#services = services;
    this.#time = time;

    const url = `http://127.0.0.1:${services.grpcPort}`;
    this.config = loadConfig({ ...stack.env, INVENTORY_URL: url, FRAUD_URL: url, PAYMENT_URL: url });
    this.dynamo = createDynamo({ region: 'us-east-1', maxAttempts: 1, requestTimeoutMs: 5_000 });
    this.store = new OrderStore(this.dynamo, this.config.ordersTable);
    this.scoring = createScoring(this.config, createRegistry(), LOGGER);
  }

  /** Receives the events of settlements other than the workers'. */
  readonly sink: EventSink = { publish: async (event) => void this.events.push(event) };

  async stop(): Promise<void> {
    for (const client of eachClient(this.scoring)) client.close();
    this.dynamo.destroy();
    await this.#services.stop();
    await this.stack.stop();
  }

  /** The clock of workers and services. */
  readonly clock: Clock = () => Date.now() + this.#time.ahead;

  /** Advances the time past every lease. */
  passLease(): void {
    this.pass(this.config.protocol.leaseMs + 1);
  }

  /** Advances the time. */
  pass(milliseconds: number): void {
    this.#time.ahead += milliseconds;
  }

  /** One delivery of an order to one worker. `interfere` runs right before a step. */
  async deliver(
    order: PlacedOrder,
    crash?: CrashPoint,
    interfere?: { readonly before: Step; readonly run: () => Promise<void> },
  ): Promise<Processed> {
    const step = async <T>(name: Step, run: () => Promise<T>): Promise<T> => {
      if (interfere?.before === name) await interfere.run();
      if (crash?.step === name && crash.when === 'before') throw new CrashError(name);
      const value = await run();
      if (crash?.step === name && crash.when === 'after') throw new CrashError(name);
      return value;
    };
    return processOrder(this.#dependencies(step), {
      order,
      requestId: 'request-1',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      signal: new AbortController().signal,
    });
  }

  /** Dependencies of a worker whose step fails each time. */
  dependenciesFailingAt(step: Step, error: Error): ProtocolDeps {
    return this.#dependencies(async (name, run) => {
      if (name === step) throw error;
      return run();
    });
  }

  /** Returns the traces of an order in the tables. */
  async traces(order: PlacedOrder): Promise<Traces> {
    const record = await this.store.read(order.order_id);
    const payment = await this.#item(this.stack.env.PAYMENTS_TABLE, { order_id: order.order_id });
    const shards = await this.#shards(order.items[0]?.sku ?? 'MUG-01');
    return {
      status: record?.status,
      reason: record?.reason,
      payment: payment?.state,
      captures: payment?.capture_count ?? 0,
      available: sum(shards.map(({ available }) => available)),
      holds: sum(shards.map(({ holds }) => Object.keys(holds).length)),
    };
  }

  /** The shards of a SKU. Nothing is in flight between them while no call is under way. */
  async #shards(sku: string): Promise<readonly { available: number; holds: object }[]> {
    const table = this.stack.env.INVENTORY_TABLE;
    const root = await this.#item(table, { sku });
    if (!root) return [];
    const others = Array.from({ length: root.shards - 1 }, (_, index) =>
      this.#item(table, { sku: shardKey(sku, index + 1) }),
    );
    return [root, ...(await Promise.all(others)).filter((shard) => shard !== undefined)];
  }

  async #item(table = '', key: Record<string, string>) {
    const { Item } = await this.dynamo.get({ TableName: table, Key: key, ConsistentRead: true });
    // biome-ignore lint/suspicious/noExplicitAny: items are checked field by field
    return Item as any;
  }

  #dependencies(step: <T>(name: Step, run: () => Promise<T>) => Promise<T>): ProtocolDeps {
    const { store, scoring } = this;
    const wrap = <C extends object>(target: C): C =>
      new Proxy(target, {
        get: (_, name) => {
          const member: unknown = Reflect.get(target, name);
          if (typeof member !== 'function') return member;
          return (...args: unknown[]) =>
            STEPS.has(String(name))
              ? step(name as Step, () => member.apply(target, args) as Promise<unknown>)
              : member.apply(target, args);
        },
      });
    return {
      firstErrors: new FirstErrors(store),
      store: wrap(store),
      scoring: {
        inventory: { ...scoring.inventory, client: wrap(scoring.inventory.client) },
        fraud: { ...scoring.fraud, client: wrap(scoring.fraud.client) },
        payment: { ...scoring.payment, client: wrap(scoring.payment.client) },
      },
      clock: this.clock,
      events: { publish: (event) => step('publish', async () => void this.events.push(event)) },
      config: this.config.protocol,
      onStatus: (_, status) => this.statuses.push(status),
      onDecided: (_, status) => this.decided.push(status),
      onOtherBody: (orderId) => this.otherBodies.push(orderId),
      onCaptureFailed: ({ order_id }) => this.captureFailures.push(order_id),
      onDifference: ({ order_id }, unsoldLines) => this.differences.push({ order_id, unsoldLines }),
    };
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

const STEPS: ReadonlySet<string> = new Set<Step>([
  'claim',
  'reserve',
  'score',
  'authorize',
  'decide',
  'capture',
  'confirm',
  'void',
  'release',
]);
