/** The real local stack, two processes of each service, with faulty networks between them. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { stockCatalogue } from '@order-pipeline/local/catalogue';
import { LOOPBACK } from '@order-pipeline/local/emulators';
import { awsEnvironment } from '@order-pipeline/local/environment';
import { createDynamoSdk } from '@order-pipeline/platform/dynamo/sdk';
import { ApiClient } from '../api-client.js';
import { e2eEnvironment, freePorts } from '../stack.js';
import { LIMITS, operatorEnvironment, queueUrlsAt } from './environment.js';
import type { MutationName } from './mutations/mutations.js';
import type { Faults } from './networks.js';
import { Operators } from './operators.js';
import { chaosCatalogue } from './orders.js';
import { type Processes, startProcesses } from './processes.js';
import { QueueFaults } from './queue-faults.js';
import { createRandom } from './random.js';
import { Returns } from './returns.js';
import type { FaultKind } from './schedule.js';
import { SentOrders } from './sent-orders.js';
import { Subscriber } from './subscriber.js';
import { Tally } from './tally.js';
import { WebhookReceiver } from './webhook-receiver.js';

/** Options of a system. */
export interface SystemOptions {
  readonly seed: number;
  /** Number of orders; decides how much is in stock. */
  readonly orders: number;
  /** The faults that the run is about. */
  readonly kinds: readonly FaultKind[];
  /** A defect to run the services with. */
  readonly mutation?: MutationName | undefined;
}

/** A running stack and the levers on it. */
export interface ChaosSystem
  extends Pick<Processes, 'sqs' | 'redis' | 'failed' | 'processOf' | 'readJournal' | 'startLapses'> {
  /** Both processes of the API. */
  readonly api: ApiClient;
  readonly faults: Faults;
  readonly messages: QueueFaults;
  readonly tally: Tally<FaultKind>;
  readonly operators: Operators;
  readonly returns: Returns;
  readonly sent: SentOrders;
  readonly subscriber: Subscriber;
  readonly webhooks: WebhookReceiver;
  /** A client past the proxy, like `sqs`. */
  readonly dynamo: DynamoDBDocumentClient;
  /** URLs of the queues by name, past the proxies. */
  readonly queueUrls: Readonly<Record<string, string>>;
  readonly initialStock: Readonly<Record<string, number>>;
  /** Lines that all processes printed. */
  readonly lines: readonly string[];
  /** Resolves when no late request is on its way any more. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** The shop itself, which receives the events of all orders. */
const SHOP = 'shop';

/** A password that every login sends, to see that it shows up nowhere. */
export const PASSWORD = 'correct-horse-battery-staple';

/** Starts everything and stocks the catalogue. */
export async function startSystem(options: SystemOptions): Promise<ChaosSystem> {
  const cleanups: (() => unknown)[] = [];
  const stop = async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  };
  try {
    return { ...(await start(options, (cleanup) => cleanups.push(cleanup))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Defer = (cleanup: () => unknown) => void;

async function start(options: SystemOptions, defer: Defer): Promise<Omit<ChaosSystem, 'stop'>> {
  const { seed, orders, kinds } = options;
  const lines: string[] = [];
  const ports = await freePorts();
  const tally = new Tally<FaultKind>(kinds);
  const onHit = (fault: FaultKind) => tally.add(fault);
  const messages = new QueueFaults({ sqsPort: ports.sqs, random: createRandom(seed, 'messages'), onHit });
  const sent = new SentOrders();
  const sqsObservers = [messages, sent];
  const processes = await startProcesses({ ...options, ports, sqsObservers, onHit, lines, defer });
  const { networks, sqs, subscription } = processes;
  const dynamo = createDynamoSdk({ region: 'us-east-1', maxAttempts: 3, requestTimeoutMs: 10_000 });
  defer(() => dynamo.destroy());
  const catalogue = chaosCatalogue(orders);
  await stockCatalogue(`http://localhost:${ports.scoringHttp}`, catalogue);
  const subscriber = new Subscriber(sqs, subscription.queueUrl);
  defer(() => subscriber.stop());
  const api = new ApiClient(processes.apiUrls, PASSWORD);
  const operators = createOperators(processes, ports.redis, lines);
  return {
    ...processes,
    api,
    faults: networks.faults,
    messages,
    tally,
    operators,
    returns: new Returns(operators),
    sent,
    subscriber,
    webhooks: await startReceiver(api, seed, defer),
    dynamo,
    queueUrls: queueUrlsAt(ports.sqs),
    initialStock: Object.fromEntries(catalogue.map(({ sku, quantity }) => [sku, quantity])),
    lines,
    settled: () => networks.settled(),
  };
}

async function startReceiver(api: ApiClient, seed: number, defer: Defer): Promise<WebhookReceiver> {
  const receiver = new WebhookReceiver(createRandom(seed, 'webhooks'));
  defer(() => receiver.stop());
  receiver.use(await api.registerWebhook(SHOP, await receiver.start()));
  return receiver;
}

function createOperators(
  { subscription, environment }: Processes,
  redisPort: number,
  lines: string[],
): Operators {
  const env = {
    ...e2eEnvironment(LIMITS),
    ...awsEnvironment('', ''),
    ORDER_EVENTS_TOPIC_ARN: Object.values(subscription.arns)[0] ?? '',
    REDIS_URL: `redis://${LOOPBACK}:${redisPort}`,
    ...operatorEnvironment(environment),
  };
  return new Operators(env, lines);
}
