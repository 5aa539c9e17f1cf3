/** The real local stack, two processes of each service, with faulty networks between them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { stockCatalogue } from '@order-pipeline/local/catalogue';
import { LOOPBACK } from '@order-pipeline/local/emulators';
import { awsEnvironment } from '@order-pipeline/local/environment';
import type { ManagedProcess } from '@order-pipeline/local/managed-process';
import { SERVICES, type ServiceName } from '@order-pipeline/local/services';
import { createSqs } from '@order-pipeline/platform/aws';
import { createDynamoSdk } from '@order-pipeline/platform/dynamo/sdk';
import { ApiClient } from '../api-client.js';
import { e2eEnvironment, freePort, freePorts, startE2eStack } from '../stack.js';
import {
  CLOCK_OFFSET_MAX_MS,
  LIMITS,
  operatorEnvironment,
  queueUrlsAt,
  serviceOverrides,
} from './environment.js';
import { MUTATIONS, type MutationName, signOf } from './mutations/mutations.js';
import { type Faults, startNetworks } from './networks.js';
import { Operators } from './operators.js';
import { chaosCatalogue } from './orders.js';
import { type JournalEntry, readJournal } from './provider/journal.js';
import { QueueFaults } from './queue-faults.js';
import { createRandom, integer } from './random.js';
import { Replicas } from './replicas.js';
import type { FaultKind, Target } from './schedule.js';
import { SentOrders } from './sent-orders.js';
import { Subscriber, subscribe } from './subscriber.js';
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
export interface ChaosSystem {
  /** Both processes of the API. */
  readonly api: ApiClient;
  readonly faults: Faults;
  readonly messages: QueueFaults;
  readonly tally: Tally<FaultKind>;
  readonly operators: Operators;
  readonly sent: SentOrders;
  readonly subscriber: Subscriber;
  readonly webhooks: WebhookReceiver;
  /** The harness's own clients, past the proxies. */
  readonly sqs: SQSClient;
  readonly dynamo: DynamoDBDocumentClient;
  /** URLs of the queues by name, past the proxies. */
  readonly queueUrls: Readonly<Record<string, string>>;
  readonly initialStock: Readonly<Record<string, number>>;
  /** Lines that all processes printed. */
  readonly lines: readonly string[];
  /** Rejects when the stack cannot go on. */
  readonly failed: Promise<never>;
  /** Returns a process. */
  partOf(target: Target): ManagedProcess;
  /** Redis. */
  readonly redis: ManagedProcess;
  readJournal(): JournalEntry[];
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

async function start(
  { seed, orders, kinds, mutation }: SystemOptions,
  defer: (cleanup: () => unknown) => void,
): Promise<Omit<ChaosSystem, 'stop'>> {
  const lines: string[] = [];
  const ports = await freePorts();
  const providerPort = await freePort();
  const tally = new Tally<FaultKind>(kinds);
  const messages = new QueueFaults({
    sqsPort: ports.sqs,
    random: createRandom(seed, 'messages'),
    onHit: (fault) => tally.add(fault),
  });
  const sent = new SentOrders();
  const networks = await startNetworks({
    seed,
    ports: { sqs: ports.sqs, dynamodb: ports.dynamo, sns: ports.sqs, provider: providerPort },
    scoringPort: ports.scoringGrpc,
    sqsObservers: [messages, sent],
    onHit: (fault) => tally.add(fault),
  });
  defer(() => networks.stop());
  const directory = await mkdtemp(join(tmpdir(), 'order-pipeline-chaos-'));
  defer(() => rm(directory, { recursive: true, force: true }));
  const journalFile = join(directory, 'journal.jsonl');
  const environment = { proxies: networks.ports, mutation };
  const overridesOf = createOverrides(seed, environment);

  const provider = new Replicas(lines);
  defer(() => provider.stop());
  await provider.startProvider(providerPort, journalFile);
  const overrides = Object.fromEntries(SERVICES.map((name) => [name, overridesOf(name)]));
  const e2e = await startE2eStack({ ports, env: LIMITS, overrides, lines });
  defer(() => e2e.stack.stop());
  const replicas = new Replicas(lines);
  defer(() => replicas.stop());

  // The AWS SDK reads its endpoints from here: the stack has set those of the emulators.
  const client = { region: 'us-east-1', maxAttempts: 3, requestTimeoutMs: 10_000 };
  const sqs = createSqs(client);
  defer(() => sqs.destroy());
  const dynamo = createDynamoSdk(client);
  defer(() => dynamo.destroy());
  const queueUrls = queueUrlsAt(ports.sqs);
  const subscription = await subscribe(sqs, `http://${LOOPBACK}:${ports.sqs}`);
  const second = await replicas.startServices(ports.redis, subscription.arns, overridesOf);
  networks.setSecondScoring(second.scoringGrpc);
  if (mutation) assertMutated(lines, mutation);

  const catalogue = chaosCatalogue(orders);
  await stockCatalogue(`http://localhost:${ports.scoringHttp}`, catalogue);
  const subscriber = new Subscriber(sqs, subscription.queueUrl);
  defer(() => subscriber.stop());
  const api = new ApiClient([apiAt(ports), apiAt(second)], PASSWORD);
  const webhooks = new WebhookReceiver(createRandom(seed, 'webhooks'));
  defer(() => webhooks.stop());
  webhooks.use(await api.registerWebhook(SHOP, await webhooks.start()));

  const operators = new Operators(
    {
      ...e2eEnvironment(LIMITS),
      ...awsEnvironment('', ''),
      ORDER_EVENTS_TOPIC_ARN: Object.values(subscription.arns)[0] ?? '',
      REDIS_URL: `redis://${LOOPBACK}:${ports.redis}`,
      ...operatorEnvironment(environment),
    },
    lines,
  );
  const failed = Promise.race([e2e.stack.failed, untilEnded(provider), untilEnded(replicas)]);
  failed.catch(() => undefined);
  return {
    api,
    faults: networks.faults,
    messages,
    tally,
    operators,
    sent,
    subscriber,
    webhooks,
    sqs,
    dynamo,
    queueUrls,
    initialStock: Object.fromEntries(catalogue.map(({ sku, quantity }) => [sku, quantity])),
    lines,
    failed,
    partOf: ({ part, instance }) => {
      if (part === 'provider') return find(provider.processes, part);
      return instance === 0 ? find(e2e.stack.processes, part) : find(replicas.processes, `${part}-2`);
    },
    redis: find(e2e.stack.processes, 'redis'),
    readJournal: () => readJournal(journalFile),
    settled: () => networks.settled(),
  };
}

function createOverrides(seed: number, environment: Parameters<typeof serviceOverrides>[2]) {
  const random = createRandom(seed, 'clocks');
  return (service: ServiceName) =>
    serviceOverrides(service, integer(random, -CLOCK_OFFSET_MAX_MS, CLOCK_OFFSET_MAX_MS), environment);
}

function apiAt({ api }: { readonly api: number }): string {
  return `http://localhost:${api}`;
}

function untilEnded({ ended }: Replicas): Promise<never> {
  return new Promise((_, reject) => {
    ended.addEventListener('abort', () => reject(ended.reason), { once: true });
  });
}

function find(parts: ReadonlyMap<string, ManagedProcess>, name: string): ManagedProcess {
  const part = parts.get(name);
  if (!part) throw new Error(`the stack has no ${name}; the harness needs it`);
  return part;
}

/** Throws when no process has said that it runs with the defect: a run without it would prove nothing. */
function assertMutated(lines: readonly string[], mutation: MutationName): void {
  for (const edit of MUTATIONS[mutation]) {
    const sign = signOf(mutation, edit);
    if (!lines.some((line) => line.includes(sign))) throw new Error(`no service said "${sign}"`);
  }
}
