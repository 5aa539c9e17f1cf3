/** The local stack: SQS, DynamoDB, Redis and every service, each a process of its own, watched and restarted. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createDynamo, createSqs } from '@order-pipeline/platform/aws';
import type { Environment } from '@order-pipeline/platform/env';
import { stockCatalogue } from './catalogue.js';
import type { LocalConfig, LocalPorts } from './config.js';
import { LOOPBACK } from './emulators.js';
import { awsEnvironment, resourceEnvironment } from './environment.js';
import { Part } from './part.js';
import { checkPortsFree } from './ports.js';
import { createQueues, createTables } from './provision.js';
import { checkAccepts, checkAnswers, checkHttp, untilPasses } from './ready.js';
import { readyUrl, SERVICES, type ServiceName, serviceEnvironment, serviceProgram } from './services.js';

/** What the stack is given. */
export interface StackOptions {
  readonly config: LocalConfig;
  /** What every process inherits. */
  readonly environment: Environment;
  /** Settings of single services that differ from the stack's own. */
  readonly overrides?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
  /** Takes each line that a part prints. */
  readonly onLine: (part: string, line: string) => void;
  /** Takes what the stack itself has to say, one line each. */
  readonly say: (line: string) => void;
}

/** How long a part may take to become ready, in milliseconds. */
const READY_TIMEOUT_MS = 30_000;
/** How long a part may take to end: longer than the services' own drain. */
const KILL_AFTER_MS = 30_000;
/** A service that dies this often within the window will not live: the stack gives up. */
const MAX_RESTARTS = 5;
const RESTART_WINDOW_MS = 60_000;
const RESTART_DELAY_MS = 500;

/** A part that the stack cannot go on without has died. */
export class PartDiedError extends Error {
  override readonly name = 'PartDiedError';
}

/** The stack. `start()` resolves when everything is ready. */
export class LocalStack {
  readonly parts = new Map<string, Part>();
  /** Rejects when the stack cannot go on. */
  readonly failed: Promise<never>;
  readonly #options: StackOptions;
  readonly #failure = new AbortController();
  readonly #deaths = new Map<string, number[]>();
  #stopping = false;

  constructor(options: StackOptions) {
    this.#options = options;
    this.failed = new Promise((_, reject) => {
      this.#failure.signal.addEventListener('abort', () => reject(this.#failure.signal.reason), {
        once: true,
      });
    });
    this.failed.catch(() => undefined);
  }

  get #ports(): LocalPorts {
    return this.#options.config.ports;
  }

  /** Starts everything. Throws a ConfigError for busy ports, or a PartDiedError. */
  async start(): Promise<void> {
    const { config } = this.#options;
    await checkPortsFree(neededPorts(config));
    await Promise.race([this.#startAll(), this.failed]);
  }

  async #startAll(): Promise<void> {
    const { config } = this.#options;
    const sqs = config.sqsEndpoint ?? `http://${LOOPBACK}:${config.ports.sqs}`;
    const dynamo = config.dynamoEndpoint ?? `http://${LOOPBACK}:${config.ports.dynamo}`;
    if (!config.sqsEndpoint) this.#startEmulator('sqs', config.ports.sqs);
    if (!config.dynamoEndpoint) this.#startEmulator('dynamodb', config.ports.dynamo);
    const redisUrl = config.redisUrl ?? (await this.#startRedis());
    await this.#untilReady('SQS', () => checkAnswers(sqs));
    await this.#untilReady('DynamoDB', () => checkAnswers(dynamo));
    const environment = {
      ...awsEnvironment(sqs, dynamo),
      ...(await this.#provision(sqs, dynamo)),
      REDIS_URL: redisUrl,
    };
    this.#startService('scoring', environment);
    await this.#untilReady('scoring', () => checkHttp(readyUrl('scoring', this.#ports)));
    await stockCatalogue(`http://localhost:${this.#ports.scoringHttp}`);
    for (const name of ['order-processor', 'order-api'] as const) this.#startService(name, environment);
    for (const name of SERVICES) await this.#untilReady(name, () => checkHttp(readyUrl(name, this.#ports)));
  }

  /** Stops the services, then what they stand on. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const services = SERVICES.toReversed() as readonly string[];
    for (const name of services) await this.parts.get(name)?.stop(KILL_AFTER_MS);
    const rest = [...this.parts.values()].filter(({ name }) => !services.includes(name));
    await Promise.all(rest.map((part) => part.stop(KILL_AFTER_MS)));
  }

  async #provision(sqsEndpoint: string, dynamoEndpoint: string): Promise<Record<string, string>> {
    // The AWS SDK reads endpoints and credentials from the environment and from nowhere else.
    Object.assign(process.env, {
      ...awsEnvironment(sqsEndpoint, dynamoEndpoint),
      ...awsIdentity(this.#options.environment),
    });
    const client = { region: process.env.AWS_REGION ?? '', maxAttempts: 3, requestTimeoutMs: 5_000 };
    const sqs = createSqs(client);
    const dynamo = createDynamo(client);
    try {
      const urls = await createQueues(sqs, sqsEndpoint);
      await createTables(dynamo);
      return resourceEnvironment(urls);
    } finally {
      sqs.destroy();
      dynamo.destroy();
    }
  }

  async #startRedis(): Promise<string> {
    const url = `redis://${LOOPBACK}:${this.#ports.redis}`;
    if (spawnSync('redis-server', ['--version']).error) {
      this.#options.say(
        'redis-server is not installed: limits are counted in each process, and idempotency keys derive the order id',
      );
      return url;
    }
    this.#startPart('redis', 'redis-server', [
      ...['--port', String(this.#ports.redis), '--bind', LOOPBACK],
      ...['--save', '', '--appendonly', 'no'],
    ]);
    await this.#untilReady('Redis', () => checkAccepts(LOOPBACK, this.#ports.redis));
    return url;
  }

  #startEmulator(kind: 'sqs' | 'dynamodb', port: number): void {
    const program = fileURLToPath(new URL('../dist/emulator-main.js', import.meta.url));
    this.#startPart(kind, process.execPath, [program, kind, String(port)]);
  }

  #startService(name: ServiceName, environment: Environment): void {
    this.#startPart(name, process.execPath, ['--enable-source-maps', serviceProgram(name)], {
      STAGE: 'local',
      ...environment,
      ...awsIdentity(this.#options.environment),
      ...serviceEnvironment(name, this.#ports),
      ...this.#options.overrides?.[name],
    });
  }

  #startPart(name: string, command: string, args: readonly string[], env: Environment = {}): void {
    const part = new Part({
      name,
      command,
      args,
      env: { ...this.#options.environment, ...env },
      onLine: this.#options.onLine,
      onDeath: (dead, how) => this.#onDeath(dead, how),
    });
    this.parts.set(name, part);
    part.start();
  }

  #onDeath(part: Part, how: string): void {
    const { say } = this.#options;
    if (this.#stopping) return;
    if (part.name === 'redis') {
      say(`redis ended (${how}); going on without it: limits are counted in each process`);
      return;
    }
    const restarts = this.#restartsOf(part.name);
    if (
      !(SERVICES as readonly string[]).includes(part.name) ||
      restarts > MAX_RESTARTS ||
      how === 'exit code 78'
    ) {
      this.#failure.abort(
        new PartDiedError(`${part.name} ended (${how}); the stack cannot go on without it`),
      );
      return;
    }
    say(`${part.name} ended (${how}); starting it again`);
    setTimeout(() => {
      if (!this.#stopping) part.start();
    }, RESTART_DELAY_MS);
  }

  /** How often the part has died within the window, this time included. */
  #restartsOf(name: string): number {
    const now = Date.now();
    const recent = [...(this.#deaths.get(name) ?? []), now].filter((at) => now - at < RESTART_WINDOW_MS);
    this.#deaths.set(name, recent);
    return recent.length;
  }

  async #untilReady(what: string, check: () => Promise<void>): Promise<void> {
    await untilPasses(what, check, READY_TIMEOUT_MS, this.#failure.signal);
  }
}

/** Region and credentials that the user has set go before the stack's own. */
function awsIdentity(environment: Environment): Record<string, string> {
  const names = ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
  return Object.fromEntries(
    names.flatMap((name) => (environment[name] ? [[name, environment[name]] as const] : [])),
  );
}

function neededPorts({ ports, sqsEndpoint, dynamoEndpoint, redisUrl }: LocalConfig): Partial<LocalPorts> {
  const { sqs, dynamo, redis, ...services } = ports;
  return {
    ...services,
    ...(!sqsEndpoint && { sqs }),
    ...(!dynamoEndpoint && { dynamo }),
    ...(!redisUrl && { redis }),
  };
}
