/** The program provides exactly the settings that the services' code requires. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig as loadOperationsConfig } from '../../../services/operations/src/config.ts';
import { loadConfig as loadApiConfig } from '../../../services/order-api/src/config.ts';
import { loadConfig as loadProcessorConfig } from '../../../services/order-processor/src/config.ts';
import { loadConfig as loadScoringConfig } from '../../../services/scoring/src/config.ts';
import { loadConfig as loadWebhooksConfig } from '../../../services/webhooks/src/config.ts';
import type { ContainerDefinition } from '../../src/decide/containers.ts';
import { PORTS, SERVICE_NAMES, type ServiceName } from '../../src/decide/services.ts';
import { ROOT } from '../support/capture.ts';
import { find, type Graph } from '../support/graph.ts';
import type { Graphs } from '../support/stacks.ts';

/** The permission that a command of the AWS SDK for SQS needs. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  SendMessage: 'sqs:SendMessage',
  SendMessageBatch: 'sqs:SendMessage',
  ReceiveMessage: 'sqs:ReceiveMessage',
  DeleteMessage: 'sqs:DeleteMessage',
  DeleteMessageBatch: 'sqs:DeleteMessage',
  ChangeMessageVisibility: 'sqs:ChangeMessageVisibility',
  ChangeMessageVisibilityBatch: 'sqs:ChangeMessageVisibility',
  GetQueueAttributes: 'sqs:GetQueueAttributes',
};

/** The permissions that a method of a table needs. A failed condition is followed by a read. */
const TABLE_PERMISSIONS: Readonly<Record<string, string[]>> = {
  get: ['dynamodb:GetItem'],
  check: ['dynamodb:GetItem'],
  getAll: ['dynamodb:BatchGetItem'],
  create: ['dynamodb:PutItem', 'dynamodb:GetItem'],
  update: ['dynamodb:UpdateItem', 'dynamodb:GetItem'],
  updateAndGet: ['dynamodb:UpdateItem', 'dynamodb:GetItem'],
  query: ['dynamodb:Query'],
  scanPage: ['dynamodb:Scan'],
};

/** Permissions that the stores of webhooks need, method by method. */
const STORE_PERMISSIONS: Readonly<Record<string, string[]>> = {
  'endpoints.get': ['dynamodb:GetItem'],
  'endpoints.create': ['dynamodb:PutItem', 'dynamodb:GetItem'],
  'endpoints.change': ['dynamodb:UpdateItem', 'dynamodb:GetItem'],
  'endpoints.listByOwner': ['dynamodb:Query', 'dynamodb:BatchGetItem'],
  'endpoints.recordSuccess': ['dynamodb:UpdateItem', 'dynamodb:GetItem'],
  'endpoints.recordFailure': ['dynamodb:UpdateItem', 'dynamodb:GetItem'],
  'endpoints.disableFailing': ['dynamodb:UpdateItem', 'dynamodb:GetItem'],
  'store.listEnabled': ['dynamodb:Scan'],
  'deliveries.append': ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:GetItem'],
  'deliveries.lease': ['dynamodb:UpdateItem', 'dynamodb:GetItem'],
  'deliveries.record': ['dynamodb:UpdateItem', 'dynamodb:GetItem'],
  'deliveries.redeliver': ['dynamodb:UpdateItem', 'dynamodb:GetItem'],
  'deliveries.listByEndpoint': ['dynamodb:Query', 'dynamodb:BatchGetItem'],
};

/** The permissions that a function of the platform needs. */
const PLATFORM_PERMISSIONS: Readonly<Record<string, string>> = {
  checkQueue: 'sqs:GetQueueAttributes',
  openEvents: 'sns:Publish',
};

/** Folders of operators' commands. */
const OPERATORS_CODE = /\/(operator|listen)\//;

/** The sources of a service, without operators' commands. */
function sourcesOf(service: ServiceName): string[] {
  if (service === 'operations') return toProgram('services/operations/src/main.ts');
  const folder = join(ROOT, 'services', service, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !OPERATORS_CODE.test(`/${file}`))
    .map((file) => readFileSync(join(folder, file), 'utf8'));
}

/** Code of operations that the stage `local` alone runs. */
const LAB = /operations\/src\/(lab\/|rpc\/lab-methods)/;

/**
 * The sources that a program reaches by its imports, in the workspace and in the order protocol: operations shares its code
 * with commands that do more.
 */
function toProgram(main: string): string[] {
  const sources = new Map<string, string>();
  const visit = (path: string) => {
    if (sources.has(path) || LAB.test(path)) return;
    const text = readFileSync(join(ROOT, path), 'utf8');
    sources.set(path, text);
    for (const [, name = ''] of text.matchAll(/ from '([^']+)'/g)) {
      if (name.startsWith('.')) visit(join(dirname(path), name.replace(/\.js$/, '.ts')));
      const shared = /^@order-pipeline\/order-protocol\/(.+)$/.exec(name)?.[1];
      if (shared) visit(`packages/order-protocol/src/${shared}.ts`);
    }
  };
  visit(main);
  return [...sources.values()];
}

/** The permissions that a service's sources use. */
function usedBy(service: ServiceName): string[] {
  const sources = sourcesOf(service);
  const commands = sources.flatMap((source) => [...source.matchAll(/new (\w+)Command\(/g)]);
  const calls = sources.flatMap((source) => [...source.matchAll(/\btable\s*\.(\w+)[(<]/gi)]);
  const stores = sources.flatMap((source) => [
    ...source.matchAll(/\b(endpoints|deliveries|store)\.(\w+)\(/g),
  ]);
  const helpers = sources.flatMap((source) => [...source.matchAll(/\b(checkQueue|openEvents)\(/g)]);
  const used = new Set([
    ...helpers.map(([, name = '']) => PLATFORM_PERMISSIONS[name] ?? `unknown ${name}`),
    ...commands.map(([, name = '']) => PERMISSIONS[name] ?? `unknown ${name}Command`),
    ...stores.flatMap(([, store = '', name = '']) => STORE_PERMISSIONS[`${store}.${name}`] ?? []),
    ...calls.flatMap(([, name = '']) => TABLE_PERMISSIONS[name] ?? `unknown table.${name}()`),
  ]);
  return [...used].sort();
}

/** The permissions for data that a service's role has. */
function grantedTo(graph: Graph, service: ServiceName): string[] {
  const { Statement } = JSON.parse(
    String(find(graph, 'iam/rolePolicy:RolePolicy', `${service}-task`).inputs.policy),
  ) as { Statement: { Action: string[] }[] };
  const actions = Statement.flatMap(({ Action }) => Action).filter((action) =>
    /^(sqs|sns|dynamodb):/.test(action),
  );
  return [...new Set(actions)].sort();
}

/** The environment of a task, with secrets of the form that the program generates. */
function environmentOf(graph: Graph, service: ServiceName): Record<string, string> {
  const { inputs } = find(graph, 'ecs/taskDefinition:TaskDefinition', service);
  const [container] = JSON.parse(String(inputs.containerDefinitions)) as ContainerDefinition[];
  const key = `k1:${'x'.repeat(48)}`;
  const secrets: Record<string, string> = {
    JWT_SECRET: key,
    URL_SIGNING_KEYS: `k2:${'y'.repeat(48)},${key}`,
    REDIS_URL: `rediss://:${'x'.repeat(48)}@master.cache.amazonaws.com:6379`,
    STRIPE_API_KEY: 'rk_live_0123456789abcdef',
    STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef',
    OIDC_CLIENT_SECRET: 'a-secret-of-the-client',
    SESSION_SECRET: 'z'.repeat(48),
  };
  return {
    ...Object.fromEntries(container?.environment.map(({ name, value }) => [name, value]) ?? []),
    ...Object.fromEntries(container?.secrets.map(({ name }) => [name, secrets[name] ?? '']) ?? []),
  };
}

const LOADERS = {
  'order-api': loadApiConfig,
  'order-processor': loadProcessorConfig,
  scoring: loadScoringConfig,
  webhooks: loadWebhooksConfig,
  operations: loadOperationsConfig,
};

/** Services that dev does without. */
const OPTIONAL: readonly ServiceName[] = ['webhooks', 'operations'];

export function describeContract(graphs: Graphs): void {
  describe('the services', () => {
    it.each(SERVICE_NAMES)('%s may do exactly what its code does: see decide/permissions.ts', (service) => {
      expect(grantedTo(graphs.prod, service)).toEqual(usedBy(service));
    });

    it.each(['dev', 'prod'] as const)('start with the settings that %s gives them', (stack) => {
      for (const service of SERVICE_NAMES.filter((name) => stack === 'prod' || !OPTIONAL.includes(name))) {
        const config = LOADERS[service](environmentOf(graphs[stack], service));
        expect(config).toMatchObject({ stage: stack, awsRegion: 'eu-central-1', stopTimeoutMs: 25_000 });
      }
    });

    it('lets operators in by their issuer alone, at the host name of the console', () => {
      expect(loadOperationsConfig(environmentOf(graphs.prod, 'operations'))).toMatchObject({
        port: 8090,
        lab: undefined,
        oidc: {
          issuer: 'https://login.acme.shop/realms/staff',
          clientId: 'order-operations',
          rolesClaim: 'realm_access.roles',
          publicBaseUrl: 'https://operations.acme.shop',
        },
        services: [
          { name: 'order-api', url: 'https://orders.acme.shop/ready' },
          { name: 'order-processor', url: 'http://order-processor-ops:9090/ready' },
          { name: 'scoring', url: 'http://scoring-ops:8081/ready' },
        ],
      });
    });

    it('listen where the network lets them be reached', () => {
      expect(loadApiConfig(environmentOf(graphs.prod, 'order-api')).port).toBe(PORTS['order-api'].ops);
      expect(loadProcessorConfig(environmentOf(graphs.prod, 'order-processor')).port).toBe(9090);
      expect(loadScoringConfig(environmentOf(graphs.prod, 'scoring'))).toMatchObject({
        grpcPort: 50_051,
        httpPort: 8081,
      });
    });

    it('receive the addresses that they call', () => {
      expect(loadProcessorConfig(environmentOf(graphs.prod, 'order-processor'))).toMatchObject({
        inventoryUrl: 'http://scoring:50051',
        fraudUrl: 'http://scoring:50051',
        paymentUrl: 'http://scoring:50051',
        deadLetterQueueUrl: graphs.prod.outputs.orderDlqUrl,
      });
      expect(loadApiConfig(environmentOf(graphs.prod, 'order-api'))).toMatchObject({
        publicBaseUrl: 'https://orders.acme.shop',
        trustProxyHops: 1,
        auth: { mode: 'password' },
        expectedProcesses: 2,
        webhooks: { queueUrl: graphs.prod.outputs.webhookQueueUrl },
      });
      expect(loadScoringConfig(environmentOf(graphs.prod, 'scoring')).payment?.stripe).toMatchObject({
        apiBase: 'https://api.stripe.com',
      });
      expect(loadScoringConfig(environmentOf(graphs.dev, 'scoring')).payment?.stripe).toBeUndefined();
    });
  });
}
