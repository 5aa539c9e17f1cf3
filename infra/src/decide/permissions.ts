/** Permissions of each service, action by action and ARN by ARN. */
import {
  ORDERS_TABLE,
  type TableShape,
  WEBHOOK_DELIVERIES_TABLE,
  WEBHOOK_ENDPOINTS_TABLE,
} from '@order-pipeline/contracts/tables';
import type { Features } from './features.ts';
import type { ServiceName } from './services.ts';

/** One statement of an IAM policy. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The ARNs that services work with. */
export interface ResourceArns {
  readonly orderQueue: string;
  readonly orderDlq: string;
  readonly orders: string;
  readonly inventory: string;
  readonly payments: string;
  readonly users: string;
  readonly eventsTopic: string;
  readonly webhookQueue: string;
  readonly webhookDlq: string;
  readonly webhookEndpoints: string;
  readonly webhookDeliveries: string;
}

/** Builds a policy document. */
export function toPolicy(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** The statements of a service's task role. */
export function toTaskStatements(service: ServiceName, arns: ResourceArns, features: Features): Statement[] {
  return STATEMENTS[service](arns, features);
}

const STATEMENTS: Readonly<Record<ServiceName, (arns: ResourceArns, features: Features) => Statement[]>> = {
  'order-api': ({ orderQueue, orders, users, ...arns }, { webhooks }) => [
    allow('PlaceOrders', ['sqs:SendMessage', 'sqs:GetQueueAttributes'], orderQueue),
    allow(
      'ReadAndCancelOrders',
      ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem'],
      orders,
    ),
    allow('ListOrders', ['dynamodb:Query'], ...toIndexes(orders, ORDERS_TABLE)),
    allow('CheckPasswords', ['dynamodb:GetItem'], users),
    ...(webhooks ? toRegistryStatements(arns) : []),
  ],
  'order-processor': ({ orderQueue, orderDlq, orders, inventory, payments, eventsTopic }) => [
    allow('PublishEvents', ['sns:Publish'], eventsTopic),
    allow(
      'TakeOrders',
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
      orderQueue,
    ),
    // The number of waiting dead letters is one of the processor's metrics.
    allow('SetPoisonAside', ['sqs:SendMessage', 'sqs:GetQueueAttributes'], orderDlq),
    allow('ClaimAndDecide', ['dynamodb:GetItem', 'dynamodb:UpdateItem'], orders),
    // The reconciler looks for holds, authorizations and claims that were left open.
    allow('Reconcile', ['dynamodb:Scan'], orders, inventory, payments),
  ],
  scoring: ({ inventory, payments }) => [
    allow('HoldStock', ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem'], inventory),
    allow('KeepTheLedger', ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], payments),
  ],
  operations: ({ orderQueue, orderDlq, orders, inventory, payments, eventsTopic }) => [
    allow('PublishEvents', ['sns:Publish'], eventsTopic),
    allow('Redrive', ['sqs:SendMessage', 'sqs:GetQueueAttributes'], orderQueue),
    allow(
      'TakeDeadLetters',
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
      orderDlq,
    ),
    allow('ReadAndEndOrders', ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem'], orders),
    allow('ListOrders', ['dynamodb:Query'], ...toIndexes(orders, ORDERS_TABLE)),
    allow('ReadStock', ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Scan'], inventory),
    allow('ReadPayments', ['dynamodb:GetItem'], payments),
  ],
  webhooks: ({ webhookQueue, webhookDlq, webhookEndpoints, webhookDeliveries }) => [
    allow(
      'TakeAndDeferDeliveries',
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:SendMessage', 'sqs:GetQueueAttributes'],
      webhookQueue,
    ),
    allow('SetPoisonAside', ['sqs:SendMessage', 'sqs:GetQueueAttributes'], webhookDlq),
    allow('ReadEndpoints', ['dynamodb:GetItem', 'dynamodb:Scan', 'dynamodb:UpdateItem'], webhookEndpoints),
    allow(
      'RecordDeliveries',
      ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      webhookDeliveries,
    ),
  ],
};

/** Allows order-api to register webhook endpoints, show their deliveries and queue some of them again. */
function toRegistryStatements(
  arns: Pick<ResourceArns, 'webhookQueue' | 'webhookEndpoints' | 'webhookDeliveries'>,
): Statement[] {
  return [
    allow('QueueDeliveries', ['sqs:SendMessage'], arns.webhookQueue),
    allow(
      'KeepEndpoints',
      ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      arns.webhookEndpoints,
      arns.webhookDeliveries,
    ),
    allow(
      'ListEndpoints',
      ['dynamodb:Query'],
      ...toIndexes(arns.webhookEndpoints, WEBHOOK_ENDPOINTS_TABLE),
      ...toIndexes(arns.webhookDeliveries, WEBHOOK_DELIVERIES_TABLE),
    ),
  ];
}

function toIndexes(table: string, { indexes }: TableShape): string[] {
  return indexes.map(({ name }) => `${table}/index/${name}`);
}

function allow(Sid: string, Action: readonly string[], ...Resource: string[]): Statement {
  return { Sid, Effect: 'Allow', Action, Resource };
}

/** Permissions that ECS itself needs to start a task: its image, its log group, its secrets. */
export function toExecutionStatements(arns: {
  readonly repositories: readonly string[];
  readonly logGroup: string;
  readonly secrets: readonly string[];
}): Statement[] {
  return [
    // The token is the account's: this action knows no resource.
    allow('LogInToTheRegistry', ['ecr:GetAuthorizationToken'], '*'),
    allow(
      'PullImages',
      ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      ...arns.repositories,
    ),
    // Log streams are parts of the group's ARN.
    allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], `${arns.logGroup}:*`),
    ...(arns.secrets.length > 0
      ? [allow('ReadSecrets', ['secretsmanager:GetSecretValue'], ...arns.secrets)]
      : []),
  ];
}

/** Allows topics to send their messages to a queue. */
export function toSubscribedStatements(queue: string, topics: readonly string[]): Statement[] {
  return topics.map((topic, index) => ({
    Sid: `Subscription${index}`,
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: ['sqs:SendMessage'],
    Resource: [queue],
    Condition: { ArnEquals: { 'aws:SourceArn': topic } },
  }));
}

/** Denies all access to a resource without TLS. */
export function denyPlainText(service: 'sqs' | 'sns', resource: string): Statement {
  return {
    Sid: 'DenyPlainText',
    Effect: 'Deny',
    Principal: '*',
    Action: [`${service}:*`],
    Resource: [resource],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}

/** Allows an AWS service to assume a role. */
export function toTrustPolicy(service: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: ['sts:AssumeRole'] }],
  });
}

/**
 * Permissions that the collector needs to send metrics, which travel as log lines in CloudWatch's embedded metric
 * format.
 */
export function toMetricsStatements(logGroup: string): Statement[] {
  return [allow('SendMetrics', ['logs:CreateLogStream', 'logs:PutLogEvents'], `${logGroup}:*`)];
}

/** Lets the collector send spans to X-Ray, whose actions know no resource. */
export function toTracesStatements(): Statement[] {
  return [allow('SendTraces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*')];
}

/** Allows CloudWatch's alarms of this account to publish to the topic. */
export function toAlarmTopicStatements(topic: string, account: string): Statement[] {
  return [
    {
      Sid: 'AlarmsPublish',
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: ['sns:Publish'],
      Resource: [topic],
      Condition: { StringEquals: { 'aws:SourceAccount': account } },
    },
    // SNS does not take a wildcard of its actions in a topic's policy.
    { ...denyPlainText('sns', topic), Action: ['sns:Publish', 'sns:Subscribe'] },
  ];
}

/** Users and administrators of the key of the alarm topic. AWS's own key for SNS would shut CloudWatch out. */
export function toAlarmKeyStatements(account: string): Statement[] {
  // In the policy of a key `*` is that key: there is nothing else to write.
  const thisKey = ['*'];
  return [
    {
      Sid: 'AlarmsEncrypt',
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: thisKey,
      Condition: { StringEquals: { 'aws:SourceAccount': account } },
    },
    {
      Sid: 'AccountAdministers',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: [
        ...['kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:PutKeyPolicy', 'kms:GetKeyRotationStatus'],
        ...['kms:EnableKeyRotation', 'kms:DisableKeyRotation', 'kms:ListResourceTags', 'kms:TagResource'],
        ...['kms:UntagResource', 'kms:UpdateKeyDescription', 'kms:EnableKey', 'kms:DisableKey'],
        ...['kms:ScheduleKeyDeletion', 'kms:CancelKeyDeletion', 'kms:CreateGrant', 'kms:ListGrants'],
        ...['kms:RevokeGrant', 'kms:Decrypt', 'kms:GenerateDataKey'],
      ],
      Resource: thisKey,
    },
  ];
}

/** Allows access through the S3 endpoint to the layers of images, and to no other bucket. */
export function toLayerBucketStatements(region: string): Statement[] {
  return [
    {
      Sid: 'ImageLayers',
      Effect: 'Allow',
      Principal: '*',
      Action: ['s3:GetObject'],
      Resource: [`arn:aws:s3:::prod-${region}-starport-layer-bucket/*`],
    },
  ];
}

/** Permissions that ECS needs to move traffic from one target group to the other. */
export function toTrafficStatements(listenerRule: string, targetGroups: readonly string[]): Statement[] {
  return [
    // Elastic Load Balancing's Describe actions know no resource.
    allow(
      'LookAtTraffic',
      [
        'elasticloadbalancing:DescribeListeners',
        'elasticloadbalancing:DescribeRules',
        'elasticloadbalancing:DescribeTargetGroups',
        'elasticloadbalancing:DescribeTargetHealth',
      ],
      '*',
    ),
    allow('ShiftTraffic', ['elasticloadbalancing:ModifyRule'], listenerRule),
    allow(
      'MoveTasks',
      ['elasticloadbalancing:RegisterTargets', 'elasticloadbalancing:DeregisterTargets'],
      ...targetGroups,
    ),
  ];
}
