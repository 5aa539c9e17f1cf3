/** The rules one by one: the inputs that each rejects, in addition to planted-faults.test.ts on the whole program. */
import { describe, expect, it } from '@jest/globals';
import { inspect } from '../policy/rules/index.ts';
import type { Inspected } from '../policy/rules/rule.ts';

function resource(type: string, inputs: Record<string, unknown>, more: Partial<Inspected> = {}): Inspected {
  return { type, name: 'it', urn: `urn:pulumi:prod::p::${type}::it`, inputs, protect: true, ...more };
}

const rule = (type: string, inputs: Record<string, unknown>, more: Partial<Inspected> = {}) =>
  inspect([resource(type, inputs, more)]).map((line) => line.replace(`${type} ${more.name ?? 'it'}: `, ''));

const INGRESS = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule';
const QUEUE = { messageRetentionSeconds: 1_209_600, sqsManagedSseEnabled: true };
const TABLE = {
  serverSideEncryption: { enabled: true },
  pointInTimeRecovery: { enabled: true },
  deletionProtectionEnabled: true,
};
const policy = (...Statement: unknown[]) => ({ policy: JSON.stringify({ Statement }) });
const container = (more: Record<string, unknown>) => ({
  containerDefinitions: JSON.stringify([
    {
      name: 'api',
      image: 'r@sha256:1',
      user: '1000:1000',
      readonlyRootFilesystem: true,
      essential: true,
      healthCheck: {},
      stopTimeout: 30,
      ...more,
    },
  ]),
});

describe('closed-network', () => {
  it('lets clients reach the load balancer on 443, and nothing else', () => {
    const open = { ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIpv4: '0.0.0.0/0' };
    expect(rule(INGRESS, open, { name: 'internet-to-load-balancer-443' })).toEqual([]);
    expect(rule(INGRESS, open)[0]).toContain('opens port 443 to the Internet');
    expect(
      rule(INGRESS, { ...open, fromPort: 22, toPort: 22 }, { name: 'internet-to-load-balancer-22' })[0],
    ).toContain('opens port 22');
    expect(rule(INGRESS, { ipProtocol: 'tcp', fromPort: 22, toPort: 22, cidrIpv6: '::/0' })[0]).toContain(
      'port 22',
    );
  });

  it.each([
    ['all protocols', { ipProtocol: '-1' }],
    ['a range of ports', { ipProtocol: 'tcp', fromPort: 1, toPort: 9 }],
  ])('refuses %s in either direction', (_what, inputs) => {
    expect(rule(INGRESS, inputs)).toEqual(['closed-network: opens more than one TCP port: name the port']);
    expect(rule('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule', inputs)).toEqual([
      'closed-network: lets out more than one TCP port: name the port',
    ]);
  });

  it('refuses rules where the check of flows does not look', () => {
    expect(rule('aws:ec2/securityGroup:SecurityGroup', { ingress: [{}] })).toHaveLength(1);
    expect(rule('aws:ec2/securityGroupRule:SecurityGroupRule', {})).toHaveLength(1);
  });

  it('refuses public addresses for tasks', () => {
    const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } };
    const found = rule('aws:ecs/service:Service', {
      ...breaker,
      networkConfiguration: { assignPublicIp: true },
    });
    expect(found).toEqual(['closed-network: gives tasks public addresses: set assignPublicIp to false']);
  });
});

describe('least-privilege', () => {
  it.each([
    [
      'a wildcard in an action',
      { Effect: 'Allow', Action: 'sqs:Send*', Resource: 'arn' },
      'allows sqs:Send*',
    ],
    ['any resource', { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: ['*'] }, 'on *'],
    ['all but some', { Effect: 'Allow', NotAction: ['iam:*'], Resource: 'arn' }, 'all but some'],
  ])('refuses %s', (_what, statement, message) => {
    expect(rule('aws:iam/rolePolicy:RolePolicy', policy(statement))[0]).toContain(message);
  });

  it('lets actions on any resource pass that know none, denials, and keys about themselves', () => {
    const token = { Effect: 'Allow', Action: ['ecr:GetAuthorizationToken'], Resource: ['*'] };
    const deny = { Effect: 'Deny', Action: ['*'], Resource: ['*'] };
    expect(rule('aws:iam/rolePolicy:RolePolicy', policy(token, deny))).toEqual([]);
    const key = {
      ...policy({ Effect: 'Allow', Action: ['kms:Decrypt'], Resource: '*' }),
      enableKeyRotation: true,
    };
    expect(rule('aws:kms/key:Key', key)).toEqual([]);
  });

  it('refuses shared policies', () => {
    expect(rule('aws:iam/rolePolicyAttachment:RolePolicyAttachment', {})).toHaveLength(1);
    expect(rule('aws:iam/role:Role', { managedPolicyArns: ['arn:admin'] })[0]).toContain(
      'attaches arn:admin',
    );
  });
});

describe('encryption', () => {
  it.each([
    ['aws:sqs/queue:Queue', { ...QUEUE, sqsManagedSseEnabled: false }, { name: 'a-dlq' }],
    ['aws:dynamodb/table:Table', { ...TABLE, serverSideEncryption: undefined }, {}],
    ['aws:sns/topic:Topic', {}, {}],
    ['aws:ecr/repository:Repository', { imageScanningConfiguration: { scanOnPush: true } }, {}],
    ['aws:kms/key:Key', {}, {}],
  ])('of %s is demanded', (type, inputs, more) => {
    expect(rule(type, inputs, more)).toEqual([expect.stringMatching(/^encrypted-at-rest: set /)]);
  });

  it('of the cache is demanded at rest, on the way, and with a password', () => {
    expect(rule('aws:elasticache/replicationGroup:ReplicationGroup', {})).toEqual([
      'encrypted-at-rest: set atRestEncryptionEnabled',
      'encrypted-in-transit: set transitEncryptionEnabled, and transitEncryptionMode to required',
      'encrypted-in-transit: set authToken',
    ]);
  });

  it('of connections to queues is demanded', () => {
    const open = policy({ Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: ['arn'] });
    expect(rule('aws:sqs/queuePolicy:QueuePolicy', open)[0]).toContain('without TLS');
  });

  it('of the API is demanded outside dev', () => {
    const plain = { protocol: 'HTTP', defaultActions: [{ type: 'fixed-response' }] };
    expect(rule('aws:lb/listener:Listener', plain)[0]).toContain('plain HTTP outside dev');
    expect(rule('aws:lb/listener:Listener', plain, { urn: 'urn:pulumi:dev::p::t::it' })).toEqual([]);
    expect(
      rule('aws:lb/listener:Listener', { protocol: 'HTTP', defaultActions: [{ type: 'redirect' }] }),
    ).toEqual([]);
  });
});

describe('durable-data', () => {
  const redrive = (maxReceiveCount?: number, deadLetterTargetArn?: string) => ({
    ...QUEUE,
    redrivePolicy: JSON.stringify({ maxReceiveCount, deadLetterTargetArn }),
  });

  it.each([
    [{ ...redrive(5, 'arn'), messageRetentionSeconds: 60 }, 'keep messages for 14 days'],
    [redrive(1, 'arn'), 'gives up after 1 receives: use 3 to 10'],
    [redrive(5), 'has a redrivePolicy without deadLetterTargetArn'],
    [redrive(undefined, 'arn'), 'gives up after 0 receives: use 3 to 10'],
  ])('refuses a queue that loses orders', (inputs, message) => {
    expect(rule('aws:sqs/queue:Queue', inputs)).toEqual([`durable-data: ${message}`]);
  });

  it('protects production data, and only that', () => {
    const loose = { ...TABLE, deletionProtectionEnabled: false };
    expect(rule('aws:dynamodb/table:Table', loose, { protect: false })).toEqual([
      'durable-data: set deletionProtectionEnabled in prod',
      'durable-data: set protect in prod',
    ]);
    const dev = { protect: false, urn: 'urn:pulumi:dev::p::t::it' };
    expect(rule('aws:dynamodb/table:Table', loose, dev)).toEqual([]);
    expect(rule('aws:dynamodb/table:Table', { ...TABLE, pointInTimeRecovery: undefined })).toHaveLength(1);
  });
});

describe('tasks', () => {
  const TASK = 'aws:ecs/taskDefinition:TaskDefinition';

  it.each([
    [{ readonlyRootFilesystem: false }, 'can write to its image: set readonlyRootFilesystem'],
    [{ user: undefined }, 'runs as root: set user'],
    [{ user: 'root' }, 'runs as root: set user'],
    [{ user: '0:0' }, 'runs as root: set user'],
    [{ privileged: true }, 'is privileged'],
    [{ image: 'r:latest' }, 'runs an image that changes: name a digest or a tag'],
    [{ healthCheck: undefined }, 'has no health check'],
    [{ stopTimeout: undefined }, 'is killed before it has drained: set stopTimeout above 25'],
  ])('are refused with %j', (more, message) => {
    expect(rule(TASK, container(more))).toEqual([`confined-containers: api ${message}`]);
  });

  it.each([
    [{ name: 'DB_PASSWORD', value: 'x' }],
    [{ name: 'URL_SIGNING_KEYS', value: 'x' }],
    [{ name: 'CACHE', value: 'rediss://:token@host:6379' }],
  ])('are refused with %j in plain text', (variable) => {
    const [found] = rule(TASK, container({ environment: [variable] }));
    expect(found).toContain(`is told ${variable.name} in plain text`);
  });

  it('pass when nothing is wrong, and ordinary URLs are no secrets', () => {
    const environment = [{ name: 'SQS_QUEUE_URL', value: 'https://sqs.eu-central-1.amazonaws.com/1/q' }];
    expect(rule(TASK, container({ environment }))).toEqual([]);
  });

  it('keep logs for a time, and go back after a failed rollout', () => {
    expect(rule('aws:cloudwatch/logGroup:LogGroup', {})).toHaveLength(1);
    const service = { networkConfiguration: { assignPublicIp: false } };
    expect(rule('aws:ecs/service:Service', service)).toEqual([
      'confined-containers: set deploymentCircuitBreaker with rollback',
    ]);
  });
});
