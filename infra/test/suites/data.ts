/** Queues, tables and secrets. */
import { describe, expect, it } from '@jest/globals';
import { ORDER_QUEUE, QUEUES, type QueueShape } from '@order-pipeline/contracts/queues';
import { ORDERS_TABLE, TABLES, type TableShape } from '@order-pipeline/contracts/tables';
import { findDrift } from '../support/drift.ts';
import { find, ofType } from '../support/graph.ts';
import { type Graphs, STACKS } from '../support/stacks.ts';

const DLQ_ARN = (stack: string) => `arn:aws:sqs:eu-central-1:123456789012:order-pipeline-${stack}-order-dlq`;
const QUEUE_ARN = (stack: string) =>
  `arn:aws:sqs:eu-central-1:123456789012:order-pipeline-${stack}-order-queue`;

function withQueue(change: Partial<QueueShape>): QueueShape[] {
  return QUEUES.map((shape) => (shape.name === ORDER_QUEUE.name ? { ...shape, ...change } : shape));
}

function withOrders(change: Partial<TableShape>): TableShape[] {
  return TABLES.map((shape) => (shape.name === ORDERS_TABLE.name ? { ...shape, ...change } : shape));
}

const [BY_USER] = ORDERS_TABLE.indexes;

export function describeData(graphs: Graphs): void {
  describe('one definition of queues and tables', () => {
    it.each(STACKS)('deploys to %s exactly what the local stack creates', (stack) => {
      expect(findDrift(graphs[stack], QUEUES, TABLES)).toEqual([]);
    });

    it.each([
      ['visibility timeout', withQueue({ visibilityTimeoutSeconds: 31 }), TABLES],
      ['retention', withQueue({ messageRetentionSeconds: 60 }), TABLES],
      ['long polling', withQueue({ receiveWaitTimeSeconds: 0 }), TABLES],
      ['redrive', withQueue({ redrive: { deadLetterQueue: 'order-dlq', maxReceiveCount: 4 } }), TABLES],
      ['a further queue', [...QUEUES, { ...ORDER_QUEUE, name: 'other' }], TABLES],
      ['key name', QUEUES, withOrders({ hashKey: { name: 'id', type: 'S' } })],
      ['key type', QUEUES, withOrders({ hashKey: { name: 'order_id', type: 'N' } })],
      ['missing index', QUEUES, withOrders({ indexes: [] })],
      [
        'index projection',
        QUEUES,
        withOrders({ indexes: BY_USER ? [{ ...BY_USER, projection: 'ALL' }] : [] }),
      ],
      [
        'index key',
        QUEUES,
        withOrders({ indexes: BY_USER ? [{ ...BY_USER, rangeKey: { name: 'updated_at', type: 'S' } }] : [] }),
      ],
      ['table name', QUEUES, withOrders({ name: 'order' })],
    ] as [string, QueueShape[], TableShape[]][])('notices a difference: %s', (_what, queues, tables) => {
      expect(findDrift(graphs.dev, queues, tables)).not.toEqual([]);
    });
  });

  describe('queues', () => {
    it.each(STACKS)('send what failed five times to the dead-letter queue in %s', (stack) => {
      const { inputs } = find(graphs[stack], 'sqs/queue:Queue', 'order-queue');
      expect(JSON.parse(String(inputs.redrivePolicy))).toEqual({
        deadLetterTargetArn: DLQ_ARN(stack),
        maxReceiveCount: 5,
      });
    });

    it.each(STACKS)('keep messages for 14 days, encrypted, in %s', (stack) => {
      for (const { inputs } of ofType(graphs[stack], 'sqs/queue:Queue')) {
        expect(inputs).toMatchObject({ messageRetentionSeconds: 1_209_600, sqsManagedSseEnabled: true });
      }
    });

    it.each(STACKS)('take dead letters from the order queue alone in %s', (stack) => {
      const { inputs } = find(graphs[stack], 'sqs/redriveAllowPolicy:RedriveAllowPolicy', 'order-queue');
      expect(inputs.queueUrl).toBe(graphs[stack].outputs.orderDlqUrl);
      expect(JSON.parse(String(inputs.redriveAllowPolicy))).toEqual({
        redrivePermission: 'byQueue',
        sourceQueueArns: [QUEUE_ARN(stack)],
      });
    });

    it('of webhooks take the messages of the topic, raw, where the service runs', () => {
      const topic = 'arn:aws:sns:eu-central-1:123456789012:order-pipeline-prod-order-events';
      const { inputs } = find(graphs.prod, 'sqs/queuePolicy:QueuePolicy', 'webhook-queue');
      expect(JSON.parse(String(inputs.policy)).Statement[1]).toMatchObject({
        Principal: { Service: 'sns.amazonaws.com' },
        Action: ['sqs:SendMessage'],
        Condition: { ArnEquals: { 'aws:SourceArn': topic } },
      });
      const name = 'order-events-to-webhook-queue';
      expect(find(graphs.prod, 'sns/topicSubscription:TopicSubscription', name).inputs).toEqual({
        topic,
        protocol: 'sqs',
        endpoint: 'arn:aws:sqs:eu-central-1:123456789012:order-pipeline-prod-webhook-queue',
        rawMessageDelivery: true,
      });
      const dev = find(graphs.dev, 'sqs/queuePolicy:QueuePolicy', 'webhook-queue').inputs;
      expect(JSON.parse(String(dev.policy)).Statement).toHaveLength(1);
      expect(ofType(graphs.dev, 'sns/topicSubscription:TopicSubscription')).toEqual([]);
    });

    it('refuse clients without TLS', () => {
      const { inputs } = find(graphs.prod, 'sqs/queuePolicy:QueuePolicy', 'order-queue');
      expect(JSON.parse(String(inputs.policy)).Statement).toEqual([
        {
          Sid: 'DenyPlainText',
          Effect: 'Deny',
          Principal: '*',
          Action: ['sqs:*'],
          Resource: [QUEUE_ARN('prod')],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ]);
    });
  });

  describe('tables', () => {
    it.each(STACKS)('are on demand, encrypted, and recoverable for 35 days in %s', (stack) => {
      const tables = ofType(graphs[stack], 'dynamodb/table:Table');
      expect(tables).toHaveLength(TABLES.length);
      for (const { inputs } of tables) {
        expect(inputs).toMatchObject({
          billingMode: 'PAY_PER_REQUEST',
          serverSideEncryption: { enabled: true },
          pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 35 },
        });
      }
    });

    it('delete what has expired', () => {
      const expiring = ofType(graphs.prod, 'dynamodb/table:Table').filter(({ inputs }) => inputs.ttl);
      expect(expiring.map(({ name }) => name)).toEqual(['inventory', 'webhook_deliveries']);
      for (const { inputs } of expiring)
        expect(inputs.ttl).toEqual({ attributeName: 'expires_at', enabled: true });
    });

    it('and queues cannot be deleted in prod, and can in dev', () => {
      const data = (stack: 'dev' | 'prod') => [
        ...ofType(graphs[stack], 'dynamodb/table:Table'),
        ...ofType(graphs[stack], 'sqs/queue:Queue'),
      ];
      expect(data('prod').map(({ protect }) => protect)).toEqual(
        Array(TABLES.length + QUEUES.length).fill(true),
      );
      expect(data('dev').map(({ protect }) => protect)).toEqual(
        Array(TABLES.length + QUEUES.length).fill(false),
      );
      for (const { inputs } of ofType(graphs.prod, 'dynamodb/table:Table')) {
        expect(inputs.deletionProtectionEnabled).toBe(true);
      }
    });
  });

  describe('secrets', () => {
    it.each(STACKS)('are generated or set by an operator, and are secret everywhere in %s', (stack) => {
      for (const { inputs, secrets } of ofType(graphs[stack], 'secretsmanager/secretVersion:SecretVersion')) {
        expect(secrets).toEqual(['secretString']);
        expect(String(inputs.secretString)).toMatch(
          /^(k1:|rediss:\/\/:cache-token-x+@|rk_live_|whsec_|a-secret-of-the-client|session-secret-1-x+)/,
        );
      }
    });

    it('reach no resource but Secrets Manager and the cache', () => {
      const places = graphs.prod.resources.flatMap(({ type, secrets }) =>
        secrets.map((path) => `${type} ${path}`),
      );
      expect([...new Set(places)].sort()).toEqual([
        'aws:elasticache/replicationGroup:ReplicationGroup authToken',
        'aws:secretsmanager/secretVersion:SecretVersion secretString',
      ]);
    });

    it('are long enough for the services and free of separators', () => {
      for (const { inputs } of ofType(graphs.prod, 'index/randomPassword:RandomPassword')) {
        expect(inputs).toMatchObject({ length: 48, special: false });
      }
    });

    it('can be brought back for 30 days in prod, and are gone at once in dev', () => {
      const days = (stack: 'dev' | 'prod') =>
        ofType(graphs[stack], 'secretsmanager/secret:Secret').map(
          ({ inputs }) => inputs.recoveryWindowInDays,
        );
      expect(days('prod')).toEqual(Array(7).fill(30));
      expect(days('dev')).toEqual([0, 0, 0]);
    });
  });
}
