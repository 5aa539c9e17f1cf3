/** Runs the services as ECS would: with the environment, the secrets and the role of their registered task definitions. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { PerDeployed } from '../src/decide/features.ts';
import { toHealthUrls } from '../src/decide/operations.ts';
import type { ServiceName } from '../src/decide/services.ts';
import type { Cloud, Values } from './cloud.ts';
import { isAllowed, type PolicyStatement } from './iam.ts';
import type { Issuer } from './issuer.ts';
import { type RoleProxy, startProxy, Turns } from './proxy.ts';
import type { SpanReceiver } from './spans.ts';

/** Options of running tasks. */
export interface TasksOptions {
  readonly cloud: Cloud;
  readonly root: string;
  /** Folder of the services' logs. */
  readonly logs: string;
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  /** Prefix of the task definitions' families. */
  readonly prefix: string;
  readonly redisPort: number;
  /** The services of the stack. */
  readonly services: readonly ServiceName[];
  /** Issuer of the operators who use the console; absent where it is off. */
  readonly issuer?: Issuer;
  /** Takes spans; absent where tracing is off. */
  readonly spans?: SpanReceiver;
}

/** Container settings of a task definition. */
export interface RegisteredTask {
  readonly arn: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Statements of the role of the code. */
  readonly statements: readonly PolicyStatement[];
}

/** Running services. */
export interface RunningTasks {
  readonly ports: {
    readonly api: number;
    readonly scoringHttp: number;
    readonly grpc: number;
    readonly processor: number;
    readonly operations: number;
  };
  readonly proxies: PerDeployed<RoleProxy>;
  readonly registered: PerDeployed<RegisteredTask>;
  /** Stops the processor, so that orders wait. */
  stopProcessor(): Promise<void>;
  stop(): Promise<void>;
}

/** Reads the newest task definition of a service, its secrets and the policy of its role. */
export async function readTask(
  { cloud, prefix }: TasksOptions,
  service: ServiceName,
): Promise<RegisteredTask> {
  const { taskDefinition } = await cloud.call<{ taskDefinition: Values }>('ecs', 'DescribeTaskDefinition', {
    taskDefinition: `${prefix}-${service}`,
  });
  const containers = taskDefinition.containerDefinitions as {
    name: string;
    environment: { name: string; value: string }[];
    secrets: { name: string; valueFrom: string }[];
  }[];
  const container = containers.find(({ name }) => name === service);
  if (!container) throw new Error(`The task definition of ${service} has no container of that name`);
  const execution = await statementsOf(cloud, String(taskDefinition.executionRoleArn));
  const secrets: Record<string, string> = {};
  for (const { name, valueFrom } of container.secrets) {
    const [arn, , , version] = [valueFrom.split(':').slice(0, 7).join(':'), ...valueFrom.split(':').slice(7)];
    if (!isAllowed(execution, { action: 'secretsmanager:GetSecretValue', resource: arn ?? '' })) {
      throw new Error(`The execution role of ${service} may not read ${name}`);
    }
    const { SecretString } = await cloud.call('secretsmanager', 'GetSecretValue', {
      SecretId: arn,
      VersionId: version,
    });
    secrets[name] = String(SecretString);
  }
  return {
    arn: String(taskDefinition.taskDefinitionArn),
    environment: Object.fromEntries(container.environment.map(({ name, value }) => [name, value])),
    secrets,
    statements: await statementsOf(cloud, String(taskDefinition.taskRoleArn)),
  };
}

async function statementsOf(cloud: Cloud, roleArn: string): Promise<PolicyStatement[]> {
  const RoleName = roleArn.split('/').at(-1);
  const { PolicyNames } = await cloud.call<{ PolicyNames: string[] }>('iam', 'ListRolePolicies', {
    RoleName,
  });
  const documents = await Promise.all(
    PolicyNames.map((PolicyName) =>
      cloud.call<{ PolicyDocument: { Statement: PolicyStatement[] } }>('iam', 'GetRolePolicy', {
        RoleName,
        PolicyName,
      }),
    ),
  );
  return documents.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** Callees start before their callers. */
const START_ORDER = ['scoring', 'order-processor', 'order-api', 'webhooks', 'operations'] as const;

/**
 * Starts the services. Only addresses differ from what was registered: ports that are free on this machine, the proxy
 * in the place of AWS, and the host of Redis, which has no TLS here.
 */
export async function startTasks(options: TasksOptions): Promise<RunningTasks> {
  const registered = {} as Record<ServiceName, RegisteredTask>;
  const proxies = {} as Record<ServiceName, RoleProxy>;
  const turns = new Turns();
  for (const service of options.services) {
    const task = await readTask(options, service);
    registered[service] = task;
    proxies[service] = await startProxy({ ...options, statements: task.statements, turns });
  }
  const [api, grpc, scoringHttp, processor, webhooks, operations, operationsGrpc] = (await Promise.all(
    Array.from({ length: 7 }, freePort),
  )) as [number, number, number, number, number, number, number];
  const scoring = `http://127.0.0.1:${grpc}`;
  const scoringUrls = { INVENTORY_URL: scoring, FRAUD_URL: scoring, PAYMENT_URL: scoring };
  const addresses: Readonly<Record<ServiceName, Record<string, string>>> = {
    'order-api': { PORT: String(api), PUBLIC_BASE_URL: `http://127.0.0.1:${api}` },
    'order-processor': { PORT: String(processor), ...scoringUrls },
    scoring: { PORT: String(scoringHttp), GRPC_PORT: String(grpc) },
    webhooks: { PORT: String(webhooks) },
    operations: {
      ...{ PORT: String(operations), GRPC_PORT: String(operationsGrpc), ...scoringUrls },
      HEALTH_URLS: toHealthUrls({
        'order-api': `http://127.0.0.1:${api}`,
        scoring: `http://127.0.0.1:${scoringHttp}`,
      }),
      ...(options.issuer && {
        OIDC_ISSUER: options.issuer.url,
        NODE_EXTRA_CA_CERTS: options.issuer.certificate,
      }),
    },
  };
  const order = START_ORDER.filter((service) => options.services.includes(service));
  const children = order.map((service) =>
    startService(options, service, registered[service], proxies[service], addresses[service]),
  );
  const stop = async () => {
    await Promise.all(children.map(stopChild));
    await Promise.all(Object.values(proxies).map((proxy) => proxy.stop()));
  };
  try {
    const ports = [
      ...(order.includes('webhooks') ? [webhooks] : []),
      ...(order.includes('operations') ? [operations] : []),
    ];
    for (const port of [scoringHttp, processor, api, ...ports])
      await untilReady(`http://127.0.0.1:${port}/ready`);
  } catch (error) {
    await stop();
    throw error;
  }
  const stopProcessor = () => stopChild(children[1] as ChildProcess);
  const ports = { api, scoringHttp, grpc, processor, operations };
  return { ports, proxies, registered, stopProcessor, stop };
}

function startService(
  { root, logs, redisPort, region, spans }: TasksOptions,
  service: ServiceName,
  task: RegisteredTask,
  proxy: RoleProxy,
  addresses: Record<string, string>,
): ChildProcess {
  const secrets = { ...task.secrets };
  if (secrets.REDIS_URL) secrets.REDIS_URL = `redis://127.0.0.1:${redisPort}`;
  const queues = Object.fromEntries(
    Object.entries(task.environment)
      .filter(([name]) => /^(SQS|WEBHOOK)_.*URL$/.test(name))
      .map(([name, url]) => [name, `${proxy.url}${new URL(url).pathname}`]),
  );
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: join(root, 'services', service),
    env: {
      PATH: process.env.PATH,
      ...task.environment,
      ...secrets,
      ...queues,
      ...addresses,
      ...(task.environment.OTEL_EXPORTER_OTLP_ENDPOINT &&
        spans && { OTEL_EXPORTER_OTLP_ENDPOINT: spans.url }),
      AWS_ACCESS_KEY_ID: 'rehearsal',
      AWS_SECRET_ACCESS_KEY: 'rehearsal',
      AWS_REGION: region,
      AWS_ENDPOINT_URL_SQS: proxy.url,
      AWS_ENDPOINT_URL_DYNAMODB: proxy.url,
      AWS_ENDPOINT_URL_SNS: proxy.url,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(join(logs, `${service}.log`));
  child.stdout?.pipe(log);
  child.stderr?.pipe(log);
  return child;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  await gone;
  clearTimeout(timer);
}

/** Returns a port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** Waits until a URL returns 200. Throws with the last response after two minutes. */
export async function untilReady(url: string, limitMs = 120_000): Promise<void> {
  const end = Date.now() + limitMs;
  for (let last = 'no answer'; ; ) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      if (response.ok) return;
      last = `${response.status}: ${await response.text()}`;
    } catch (error) {
      last = String(error);
    }
    if (Date.now() > end) throw new Error(`${url} is not ready: ${last}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
