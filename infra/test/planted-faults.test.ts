/** Faults planted in the program, and the checks that find them. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { QUEUES } from '@order-pipeline/contracts/queues';
import { TABLES } from '@order-pipeline/contracts/tables';
import { inspect } from '../policy/rules/index.ts';
import { findDrift } from './support/drift.ts';
import { captureWithFaults, type Fault } from './support/faults.ts';
import { assertBuilt, PROD_VALUES } from './support/stacks.ts';

/** A fault, and the expected report of the checks of program.test.ts. */
interface Planted extends Fault {
  readonly what: string;
  readonly finding: string;
}

const FAULTS: readonly Planted[] = [
  {
    what: 'an open security group',
    file: 'src/components/firewall-rules.ts',
    find: 'if (isMember(peer)) return { referencedSecurityGroupId: groupIds[peer] };',
    replace: "if (isMember(peer)) return { cidrIpv4: '0.0.0.0/0' };",
    finding:
      'closed-network: aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule order-processor-to-scoring-50051: opens port 50051 to the Internet: only the load balancer may be reached, on 80 and 443',
  },
  {
    what: 'a wildcard action',
    file: 'src/decide/permissions.ts',
    find: "['sqs:SendMessage', 'sqs:GetQueueAttributes'], orderQueue",
    replace: "['sqs:*'], orderQueue",
    finding:
      'least-privilege: aws:iam/rolePolicy:RolePolicy order-api-task: PlaceOrders allows sqs:*: name the actions',
  },
  {
    what: 'a missing redrive policy',
    file: 'src/components/queues.ts',
    find: 'redrivePolicy: ',
    replace: 'forgotten: ',
    finding:
      'durable-data: aws:sqs/queue:Queue order-queue: has no redrivePolicy: a poison message would come back for ever',
  },
  {
    what: 'an unencrypted table',
    file: 'src/components/tables.ts',
    find: 'serverSideEncryption: { enabled: true },',
    replace: '',
    finding: 'encrypted-at-rest: aws:dynamodb/table:Table payments: set serverSideEncryption.enabled',
  },
  {
    what: 'a secret in plain environment',
    file: 'src/decide/environment.ts',
    find: 'RATE_LIMIT: inputs.rateLimit,',
    replace: "RATE_LIMIT: inputs.rateLimit, JWT_SECRET: 'k1:0123456789abcdef',",
    finding:
      'secrets-by-reference: aws:ecs/taskDefinition:TaskDefinition order-api: order-api is told JWT_SECRET in plain text: use secrets and Secrets Manager',
  },
  {
    what: 'a console without a login',
    file: 'src/decide/operations.ts',
    find: '    OIDC_ISSUER: settings.issuer,',
    replace: '',
    finding:
      'guarded-console: aws:ecs/taskDefinition:TaskDefinition operations: serves the console without an HTTPS OIDC_ISSUER: nobody could log in, or anybody listen',
  },
  {
    what: 'a console over plain HTTP',
    file: 'src/decide/operations.ts',
    find: 'PUBLIC_BASE_URL: `https://',
    replace: 'PUBLIC_BASE_URL: `http://',
    finding:
      'guarded-console: aws:ecs/taskDefinition:TaskDefinition operations: serves the console without an HTTPS PUBLIC_BASE_URL: nobody could log in, or anybody listen',
  },
  {
    what: 'cookies without a key',
    file: 'src/decide/environment.ts',
    find: "['OIDC_CLIENT_SECRET', 'SESSION_SECRET'] as const",
    replace: "['OIDC_CLIENT_SECRET'] as const",
    finding:
      'guarded-console: aws:ecs/taskDefinition:TaskDefinition operations: serves the console without the secret SESSION_SECRET',
  },
  {
    what: 'a console that may delete orders',
    file: 'src/decide/permissions.ts',
    find: "allow('ReadPayments', ['dynamodb:GetItem'], payments)",
    replace: "allow('ReadPayments', ['dynamodb:*'], '*')",
    finding:
      'least-privilege: aws:iam/rolePolicy:RolePolicy operations-task: ReadPayments allows dynamodb:* on *: name the resources',
  },
  {
    what: 'a console that the Internet reaches past the load balancer',
    file: 'src/decide/flows.ts',
    find: "      from: 'load-balancer',\n      to: 'operations',",
    replace: "      from: 'internet',\n      to: 'operations',",
    finding:
      'closed-network: aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule internet-to-operations-8090: opens port 8090 to the Internet: only the load balancer may be reached, on 80 and 443',
  },
  {
    what: 'a role that everybody may take',
    file: 'src/components/task-roles.ts',
    find: "toTrustPolicy('ecs-tasks.amazonaws.com')",
    replace: "toTrustPolicy('*')",
    finding:
      'closed-clusters: aws:iam/role:Role operations-task: a statement lets everybody take the role: name who may',
  },
  {
    what: 'old TLS',
    file: 'src/components/entry.ts',
    find: "'ELBSecurityPolicy-TLS13-1-2-2021-06'",
    replace: "'ELBSecurityPolicy-2016-08'",
    finding:
      'encrypted-in-transit: aws:lb/listener:Listener https: accepts TLS older than 1.2: set a policy such as ELBSecurityPolicy-TLS13-1-2-2021-06',
  },
  {
    what: 'commands inside of tasks',
    file: 'src/components/fargate-service.ts',
    find: 'enableExecuteCommand: false',
    replace: 'enableExecuteCommand: true',
    finding:
      'confined-containers: aws:ecs/service:Service scoring: lets people run commands inside of tasks: set enableExecuteCommand to false',
  },
  {
    what: 'images that nobody scans',
    file: 'src/components/images.ts',
    find: 'scanOnPush: true',
    replace: 'scanOnPush: false',
    finding:
      'confined-containers: aws:ecr/repository:Repository operations: keeps images unscanned: set scanOnPush',
  },
  {
    what: 'a renamed table',
    file: 'src/components/tables.ts',
    find: 'new aws.dynamodb.Table(\n          shape.name,',
    replace: "new aws.dynamodb.Table(\n          shape.name.replace('orders', 'orders-v2'),",
    finding:
      'tables: names is ["inventory","orders-v2","payments","users","webhook_deliveries","webhook_endpoints"], locally ["inventory","orders","payments","users","webhook_deliveries","webhook_endpoints"]',
  },
];

/** Findings of the checks in a program with all of the faults; the sound one has none. */
let findings: string[];

beforeAll(async () => {
  assertBuilt();
  const graph = await captureWithFaults('prod', FAULTS, PROD_VALUES);
  expect(graph.errors).toEqual([]);
  findings = [...inspect(graph.resources), ...findDrift(graph, QUEUES, TABLES)];
});

describe('a planted fault is found', () => {
  it.each(FAULTS)('$what', ({ finding }) => {
    expect(findings).toContain(finding);
  });
});
