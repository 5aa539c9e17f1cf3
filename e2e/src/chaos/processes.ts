/** The processes of a run: emulators, two of each service, the payment provider, and the networks between them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { LocalPorts } from '@order-pipeline/local/config';
import { LOOPBACK } from '@order-pipeline/local/emulators';
import type { ManagedProcess } from '@order-pipeline/local/managed-process';
import { SERVICES, type ServiceName } from '@order-pipeline/local/services';
import { createSqs } from '@order-pipeline/platform/aws';
import { freePort, startE2eStack } from '../stack.js';
import { CLOCK_OFFSET_MAX_MS, type EnvironmentOptions, LIMITS, serviceOverrides } from './environment.js';
import type { HttpObserver } from './http-proxy.js';
import { MUTATIONS, type MutationName, signOf } from './mutations/mutations.js';
import { type Networks, startNetworks } from './networks.js';
import { type JournalEntry, readJournal } from './provider/journal.js';
import { LAPSES_PATH } from './provider/lapses.js';
import { createRandom, integer } from './random.js';
import { Replicas } from './replicas.js';
import type { ProxyFault, Target } from './schedule.js';
import { type Subscription, subscribe } from './subscriber.js';

/** Options of the processes. */
export interface ProcessesOptions {
  readonly seed: number;
  /** A defect to run the services with. */
  readonly mutation?: MutationName | undefined;
  /** Ports of the emulators and of the first process of each service. */
  readonly ports: LocalPorts;
  readonly sqsObservers: readonly HttpObserver[];
  readonly onHit: (fault: ProxyFault) => void;
  /** Collects what the processes print. */
  readonly lines: string[];
  /** Takes what has to be stopped, the last first. */
  readonly defer: (cleanup: () => unknown) => void;
}

/** Processes that run. */
export interface Processes {
  readonly networks: Networks;
  readonly environment: EnvironmentOptions;
  /** URLs of both processes of the API. */
  readonly apiUrls: readonly string[];
  /** A client of SQS, past the proxy. */
  readonly sqs: SQSClient;
  readonly subscription: Subscription;
  readonly redis: ManagedProcess;
  /** Rejects when a process does not stay alive. */
  readonly failed: Promise<never>;
  /** Returns a process. */
  processOf(target: Target): ManagedProcess;
  /** Returns the journal of the provider. */
  readJournal(): JournalEntry[];
  /** Lets authorizations lapse at the provider for a time, in milliseconds. */
  startLapses(forMs: number): Promise<void>;
}

/** Starts everything. */
export async function startProcesses(options: ProcessesOptions): Promise<Processes> {
  const { seed, mutation, ports, lines, defer } = options;
  const providerPort = await freePort();
  const networks = await startNetworks({
    ...options,
    ports: { sqs: ports.sqs, dynamodb: ports.dynamo, sns: ports.sqs, provider: providerPort },
    scoringPort: ports.scoringGrpc,
  });
  defer(() => networks.stop());
  const environment = { proxies: networks.ports, mutation };
  const overridesOf = createOverrides(seed, environment);

  const directory = await mkdtemp(join(tmpdir(), 'order-pipeline-chaos-'));
  defer(() => rm(directory, { recursive: true, force: true }));
  const journalFile = join(directory, 'journal.jsonl');
  const provider = new Replicas(lines);
  defer(() => provider.stop());
  await provider.startProvider(providerPort, journalFile);

  const overrides = Object.fromEntries(SERVICES.map((name) => [name, overridesOf(name)]));
  const { stack } = await startE2eStack({ ports, env: LIMITS, overrides, lines });
  defer(() => stack.stop());
  const replicas = new Replicas(lines);
  defer(() => replicas.stop());

  // The AWS SDK reads its endpoints from the environment: the stack has set those of the emulators.
  const sqs = createSqs({ region: 'us-east-1', maxAttempts: 3, requestTimeoutMs: 10_000 });
  defer(() => sqs.destroy());
  const subscription = await subscribe(sqs, `http://${LOOPBACK}:${ports.sqs}`);
  const second = await replicas.startServices(ports.redis, subscription.arns, overridesOf);
  networks.setSecondScoring(second.scoringGrpc);
  if (mutation) assertMutated(lines, mutation);

  const failed = Promise.race([stack.failed, untilEnded(provider), untilEnded(replicas)]);
  failed.catch(() => undefined);
  return {
    networks,
    environment,
    apiUrls: [ports, second].map(({ api }) => `http://localhost:${api}`),
    sqs,
    subscription,
    redis: find(stack.processes, 'redis'),
    failed,
    processOf: ({ part, instance }) => {
      if (part === 'provider') return find(provider.processes, part);
      return instance === 0 ? find(stack.processes, part) : find(replicas.processes, `${part}-2`);
    },
    readJournal: () => readJournal(journalFile),
    startLapses: (forMs) => startLapses(providerPort, forMs),
  };
}

const LAPSES_TRIES = 50;
const LAPSES_EVERY_MS = 200;

/** Asks the provider past its proxy, again while it is being restarted. */
async function startLapses(port: number, forMs: number): Promise<void> {
  const url = `http://${LOOPBACK}:${port}${LAPSES_PATH}?for_ms=${Math.round(forMs)}`;
  for (let tries = 1; ; tries += 1) {
    try {
      const { ok } = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(5_000) });
      if (ok) return;
    } catch (error) {
      if (tries === LAPSES_TRIES) throw error;
    }
    await sleep(LAPSES_EVERY_MS);
  }
}

function createOverrides(seed: number, environment: EnvironmentOptions) {
  const random = createRandom(seed, 'clocks');
  return (service: ServiceName) =>
    serviceOverrides(service, integer(random, -CLOCK_OFFSET_MAX_MS, CLOCK_OFFSET_MAX_MS), environment);
}

function untilEnded({ ended }: Replicas): Promise<never> {
  return new Promise((_, reject) => {
    ended.addEventListener('abort', () => reject(ended.reason), { once: true });
  });
}

function find(processes: ReadonlyMap<string, ManagedProcess>, name: string): ManagedProcess {
  const found = processes.get(name);
  if (!found) throw new Error(`the stack has no ${name}; the harness needs it`);
  return found;
}

/** Throws when no process has said that it runs with the defect: a run without it would prove nothing. */
function assertMutated(lines: readonly string[], mutation: MutationName): void {
  for (const edit of MUTATIONS[mutation]) {
    const sign = signOf(mutation, edit);
    if (!lines.some((line) => line.includes(sign))) throw new Error(`no service said "${sign}"`);
  }
}
