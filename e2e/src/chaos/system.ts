/** The real local stack with faulty networks between its parts. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ORDER_DLQ, ORDER_QUEUE } from '@order-pipeline/contracts/queues';
import { stockCatalogue } from '@order-pipeline/local/catalogue';
import type { LocalPorts } from '@order-pipeline/local/config';
import { LOOPBACK } from '@order-pipeline/local/emulators';
import type { ServiceName } from '@order-pipeline/local/services';
import { createSqs } from '@order-pipeline/platform/aws';
import { createDynamoSdk } from '@order-pipeline/platform/dynamo/sdk';
import { type E2eStack, freePorts, startE2eStack } from '../stack.js';
import { startTcpProxy } from '../tcp-proxy.js';
import { ActiveFaults } from './active-faults.js';
import { type FaultProxy, startHttpProxy } from './http-proxy.js';
import { MUTATIONS, type MutationName, mutationEnvironment, signOf } from './mutations/mutations.js';
import { chaosCatalogue } from './orders.js';
import { QueueFaults } from './queue-faults.js';
import { createRandom } from './random.js';
import type { FaultKind, HttpFault, TcpFault } from './schedule.js';
import { Tally } from './tally.js';

/** What a system is made for. */
export interface SystemOptions {
  readonly seed: number;
  /** How many orders there will be; decides how much is in stock. */
  readonly orders: number;
  /** The faults that the run is about. */
  readonly kinds: readonly FaultKind[];
  /** A defect to run the services with. */
  readonly mutation?: MutationName | undefined;
}

/** A running stack and the levers on it. */
export interface ChaosSystem {
  readonly e2e: E2eStack;
  readonly faults: {
    readonly sqs: ActiveFaults<HttpFault>;
    readonly dynamodb: ActiveFaults<HttpFault>;
    readonly rpc: ActiveFaults<TcpFault>;
  };
  readonly messages: QueueFaults;
  readonly tally: Tally<FaultKind>;
  /** The harness's own clients, past the proxies. */
  readonly sqs: SQSClient;
  readonly dynamo: DynamoDBDocumentClient;
  readonly queueUrls: { readonly orders: string; readonly deadLetters: string };
  readonly initialStock: Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/**
 * Short time limits in the proportions of the real ones: a write that was sent in a lease's last moment
 * (gateway 1.4 s, store 1 s) lands before the lease ends.
 */
const LIMITS = {
  VISIBILITY_TIMEOUT_SECONDS: '7',
  LEASE_MS: '6000',
  LEASE_MARGIN_MS: '2500',
  STORE_TIMEOUT_MS: '1000',
  GATEWAY_TIMEOUT_MS: '1400',
  GATEWAY_SLOW_MS: '900',
  // Few, so that orders that fail together do not fill a small machine with their next tries.
  MAX_IN_FLIGHT: '20',
  // The protocol must leave nothing behind that has to be cleaned up.
  RECONCILE_INTERVAL_MS: '0',
  POLL_RATE_LIMIT: '1000000/minute',
  LOGIN_RATE_LIMIT: '1000000/minute',
};

/** Starts everything and puts the goods on the shelf. */
export async function startSystem({ seed, orders, kinds, mutation }: SystemOptions): Promise<ChaosSystem> {
  const ports = await freePorts();
  const tally = new Tally<FaultKind>(kinds);
  const faults = createFaults(seed, tally);
  const messages = new QueueFaults({
    sqsPort: ports.sqs,
    random: createRandom(seed, 'messages'),
    onHit: (fault) => tally.add(fault),
  });
  const proxies = await startProxies(ports, faults, messages);
  const cleanups: (() => unknown)[] = Object.values(proxies).map((proxy) => () => proxy.stop());
  const stop = async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  };
  try {
    const e2e = await startE2eStack({ ports, env: LIMITS, overrides: createOverrides(proxies, mutation) });
    cleanups.push(() => e2e.stack.stop());
    if (mutation) assertMutated(e2e.lines, mutation);
    const catalogue = chaosCatalogue(orders);
    await stockCatalogue(`http://localhost:${ports.scoringHttp}`, catalogue);
    const client = { region: 'us-east-1', maxAttempts: 3, requestTimeoutMs: 10_000 };
    const sqs = createSqs(client);
    const dynamo = createDynamoSdk(client);
    cleanups.unshift(
      () => sqs.destroy(),
      () => dynamo.destroy(),
    );
    const initialStock = Object.fromEntries(catalogue.map(({ sku, quantity }) => [sku, quantity]));
    const queueUrls = queueUrlsAt(ports.sqs);
    return { e2e, faults, messages, tally, sqs, dynamo, queueUrls, initialStock, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The networks in front of SQS, DynamoDB and scoring. */
interface Proxies {
  readonly sqs: FaultProxy;
  readonly dynamodb: FaultProxy;
  readonly rpc: FaultProxy;
}

async function startProxies(
  ports: LocalPorts,
  faults: ChaosSystem['faults'],
  messages: QueueFaults,
): Promise<Proxies> {
  return {
    sqs: await startHttpProxy({ targetPort: ports.sqs, faults: faults.sqs, observer: messages }),
    dynamodb: await startHttpProxy({ targetPort: ports.dynamo, faults: faults.dynamodb }),
    rpc: await startTcpProxy({ targetPort: ports.scoringGrpc, faults: faults.rpc }),
  };
}

function createFaults(seed: number, tally: Tally<FaultKind>): ChaosSystem['faults'] {
  const random = (proxy: string) => createRandom(seed, proxy);
  return {
    sqs: new ActiveFaults<HttpFault>(random('sqs'), (fault) => tally.add(`sqs:${fault}`)),
    dynamodb: new ActiveFaults<HttpFault>(random('dynamodb'), (fault) => tally.add(`dynamodb:${fault}`)),
    rpc: new ActiveFaults<TcpFault>(random('rpc'), (fault) => tally.add(`rpc:${fault}`)),
  };
}

function createOverrides({ sqs, dynamodb, rpc }: Proxies, mutation: MutationName | undefined) {
  const scoring = `http://${LOOPBACK}:${rpc.port}`;
  const urls = queueUrlsAt(sqs.port);
  const aws = {
    AWS_ENDPOINT_URL_SQS: `http://${LOOPBACK}:${sqs.port}`,
    AWS_ENDPOINT_URL_DYNAMODB: `http://${LOOPBACK}:${dynamodb.port}`,
    SQS_QUEUE_URL: urls.orders,
    SQS_DLQ_URL: urls.deadLetters,
    ...(mutation && mutationEnvironment(mutation)),
  };
  return {
    scoring: aws,
    // Its polls would be most of the log.
    'order-api': { ...aws, LOG_LEVEL: 'warn' },
    'order-processor': { ...aws, INVENTORY_URL: scoring, FRAUD_URL: scoring, PAYMENT_URL: scoring },
  } satisfies Partial<Record<ServiceName, Record<string, string>>>;
}

/** The emulator knows one account and looks at a queue's name only. */
function queueUrlsAt(port: number) {
  const account = `http://${LOOPBACK}:${port}/000000000000`;
  return { orders: `${account}/${ORDER_QUEUE.name}`, deadLetters: `${account}/${ORDER_DLQ.name}` };
}

/** Throws when no process has said that it runs with the defect: a run without it would prove nothing. */
function assertMutated(lines: readonly string[], mutation: MutationName): void {
  for (const edit of MUTATIONS[mutation]) {
    const sign = signOf(mutation, edit);
    if (!lines.some((line) => line.includes(sign))) throw new Error(`no service said "${sign}"`);
  }
}
