/** The local stack: SQS, DynamoDB, Redis and every service, each a process of its own. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createSns, createSqs } from '@order-pipeline/platform/aws';
import { createDynamoSdk } from '@order-pipeline/platform/dynamo/sdk';
import type { Environment } from '@order-pipeline/platform/env';
import { stockCatalogue } from './catalogue.js';
import type { LocalConfig, LocalPorts } from './config.js';
import { LOOPBACK } from './emulators.js';
import { awsEnvironment, resourceEnvironment } from './environment.js';
import type { ManagedProcess } from './managed-process.js';
import { checkPortsFree } from './ports.js';
import { createQueues, createTables, createTopics } from './provision.js';
import { checkAccepts, checkAnswers, checkHttp, untilPasses } from './ready.js';
import {
  CONSOLE_SERVICE,
  readyUrl,
  SERVICES,
  type ServiceName,
  serviceEnvironment,
  serviceProgram,
} from './services.js';
import { StackControl } from './stack-control.js';
import { type ManagedProgram, Supervisor } from './supervisor.js';

/** Options of the stack. */
export interface StackOptions {
  readonly config: LocalConfig;
  /** Environment that every process inherits. */
  readonly environment: Environment;
  /** Settings of single services that differ from the stack's own. */
  readonly overrides?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
  /** Runs the operations service with its console as well, and lets it inject faults. Default false. */
  readonly console?: boolean;
  /** Called with each line that a process prints. */
  readonly onLine: (name: string, line: string) => void;
  /** Called with the stack's own messages, one line each. */
  readonly say: (line: string) => void;
}

/** Time limit for a process to become ready, in milliseconds. */
const READY_TIMEOUT_MS = 30_000;
/** Time limit for a process to exit, in milliseconds: longer than the services' own drain. */
const KILL_AFTER_MS = 30_000;
const RESTART_DELAY_MS = 500;

const WITHOUT_REDIS = 'limits are counted in each process, and idempotency keys derive the order id';

/** The stack. `start()` resolves when everything is ready. */
export class LocalStack {
  /** Rejects with a ProcessDiedError when the stack cannot continue, or when it is stopped. */
  readonly failed: Promise<never>;
  readonly #options: StackOptions;
  readonly #supervisor: Supervisor;
  #control: StackControl | undefined;

  constructor(options: StackOptions) {
    const { environment, onLine, say } = options;
    this.#options = options;
    this.#supervisor = new Supervisor({
      environment,
      onLine,
      say,
      killAfterMs: KILL_AFTER_MS,
      restartDelayMs: RESTART_DELAY_MS,
    });
    const { ended } = this.#supervisor;
    this.failed = new Promise((_, reject) => {
      ended.addEventListener('abort', () => reject(ended.reason), { once: true });
    });
    this.failed.catch(() => undefined);
  }

  /** The processes by name. */
  get processes(): ReadonlyMap<string, ManagedProcess> {
    return this.#supervisor.processes;
  }

  get #ports(): LocalPorts {
    return this.#options.config.ports;
  }

  /** Starts everything. Throws a ConfigError for busy ports, or the reason why it cannot continue. */
  async start(): Promise<void> {
    await checkPortsFree(neededPorts(this.#options.config));
    await Promise.race([this.#startAll(), this.failed]);
  }

  /** Starts a program that reads the stack; the stack continues when it ends. */
  startAid({ name, command, args, env = {} }: Omit<ManagedProgram, 'role'>): void {
    this.#supervisor.start({ name, command, args, env, role: 'aid' });
  }

  /** Stops the services, then the emulators and Redis. */
  async stop(): Promise<void> {
    await this.#control?.stop();
    await this.#supervisor.stop();
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
    if (this.#options.console) this.#control = await this.#startControl(redisUrl);
    this.#startService('scoring', { ...environment, ...this.#control?.scoringEnvironment });
    await this.#untilReady('scoring', () => checkHttp(readyUrl('scoring', this.#ports)));
    await stockCatalogue(`http://localhost:${this.#ports.scoringHttp}`);
    const services: readonly ServiceName[] = this.#control ? [...SERVICES, CONSOLE_SERVICE] : SERVICES;
    for (const name of services)
      if (name !== 'scoring')
        this.#startService(name, { ...environment, ...this.#control?.environmentOf(name) });
    for (const name of services) await this.#untilReady(name, () => checkHttp(readyUrl(name, this.#ports)));
  }

  async #provision(sqsEndpoint: string, dynamoEndpoint: string): Promise<Record<string, string>> {
    // The AWS SDK reads endpoints and credentials from the environment and from nowhere else.
    Object.assign(process.env, {
      ...awsEnvironment(sqsEndpoint, dynamoEndpoint),
      ...awsIdentity(this.#options.environment),
    });
    const client = { region: process.env.AWS_REGION ?? '', maxAttempts: 3, requestTimeoutMs: 5_000 };
    const sqs = createSqs(client);
    const sns = createSns(client);
    const dynamo = createDynamoSdk(client);
    try {
      const urls = await createQueues(sqs, sqsEndpoint);
      const arns = await createTopics(sns, sqs, urls);
      await createTables(dynamo);
      return resourceEnvironment(urls, arns);
    } finally {
      sqs.destroy();
      sns.destroy();
      dynamo.destroy();
    }
  }

  async #startRedis(): Promise<string> {
    const { environment, say } = this.#options;
    const { redis: port } = this.#ports;
    if (spawnSync('redis-server', ['--version'], { env: { ...environment } }).error) {
      say(`redis-server is not installed: ${WITHOUT_REDIS}`);
    } else {
      const args = ['--port', String(port), '--bind', LOOPBACK, '--save', '', '--appendonly', 'no'];
      const redis = this.#supervisor.start({ name: 'redis', role: 'aid', command: 'redis-server', args });
      await this.#untilReady('Redis', async () => {
        if (redis.running) await checkAccepts(LOOPBACK, port);
      });
    }
    return `redis://${LOOPBACK}:${port}`;
  }

  /** Redis can be stopped where it is the stack's own. */
  async #startControl(redisUrl: string): Promise<StackControl> {
    const { ports } = this.#options.config;
    const ownRedis = this.#supervisor.processes.has('redis') && redisUrl.endsWith(`:${ports.redis}`);
    return StackControl.start({
      supervisor: this.#supervisor,
      ownRedis,
      consoleUrl: `http://localhost:${ports.operations}`,
      corsOrigins: this.#options.environment.CORS_ORIGINS,
    });
  }

  #startEmulator(kind: 'sqs' | 'dynamodb', port: number): void {
    const program = fileURLToPath(new URL('../dist/emulator/main.js', import.meta.url));
    const args = [program, kind, String(port)];
    this.#supervisor.start({ name: kind, role: 'emulator', command: process.execPath, args });
  }

  #startService(name: ServiceName, environment: Environment): void {
    this.#supervisor.start({
      name,
      role: 'service',
      command: process.execPath,
      args: ['--enable-source-maps', serviceProgram(name)],
      env: {
        STAGE: 'local',
        ...environment,
        ...awsIdentity(this.#options.environment),
        ...serviceEnvironment(name, this.#ports),
        ...this.#options.overrides?.[name],
      },
    });
  }

  async #untilReady(what: string, check: () => Promise<void>): Promise<void> {
    await untilPasses(what, check, READY_TIMEOUT_MS, this.#supervisor.ended);
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
