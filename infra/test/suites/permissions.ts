/** Each role has exactly the permissions that its service uses. */
import { describe, expect, it } from '@jest/globals';
import { find, type Graph, ofType } from '../support/graph.ts';
import type { Graphs } from '../support/stacks.ts';

interface Statement {
  readonly Sid: string;
  readonly Action: string[];
  readonly Resource: string[];
}

const ACCOUNT = 'eu-central-1:123456789012';
const queue = (name: string) => `arn:aws:sqs:${ACCOUNT}:order-pipeline-prod-${name}`;
const table = (name: string) => `arn:aws:dynamodb:${ACCOUNT}:table/order-pipeline-prod-${name}`;
const secret = (name: string) => `arn:aws:secretsmanager:${ACCOUNT}:order-pipeline-prod/${name}`;
const image = (name: string) => `arn:aws:ecr:${ACCOUNT}:order-pipeline-prod/${name}`;
const logs = (name: string) => `arn:aws:cloudwatch:${ACCOUNT}:/order-pipeline-prod/${name}:*`;

function statementsOf(graph: Graph, role: string): Statement[] {
  return JSON.parse(String(find(graph, 'iam/rolePolicy:RolePolicy', role).inputs.policy)).Statement;
}

/** `action resource` for every pair that a role may use. */
function grantsOf(graph: Graph, role: string): string[] {
  return statementsOf(graph, role).flatMap(({ Action, Resource }) =>
    Action.flatMap((action) => Resource.map((resource) => `${action} ${resource}`)),
  );
}

const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

export function describePermissions(graphs: Graphs): void {
  describe('task roles', () => {
    it.each([
      [
        'order-api-task',
        [
          `sqs:SendMessage ${queue('order-queue')}`,
          `sqs:GetQueueAttributes ${queue('order-queue')}`,
          `dynamodb:GetItem ${table('orders')}`,
          `dynamodb:BatchGetItem ${table('orders')}`,
          `dynamodb:UpdateItem ${table('orders')}`,
          `dynamodb:Query ${table('orders')}/index/by_user`,
          `dynamodb:GetItem ${table('users')}`,
          `sqs:SendMessage ${queue('webhook-queue')}`,
          ...['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'].flatMap((action) => [
            `dynamodb:${action} ${table('webhook_endpoints')}`,
            `dynamodb:${action} ${table('webhook_deliveries')}`,
          ]),
          `dynamodb:Query ${table('webhook_endpoints')}/index/by_owner`,
          `dynamodb:Query ${table('webhook_deliveries')}/index/by_endpoint`,
        ],
      ],
      [
        'order-processor-task',
        [
          'sns:Publish arn:aws:sns:eu-central-1:123456789012:order-pipeline-prod-order-events',
          `sqs:ReceiveMessage ${queue('order-queue')}`,
          `sqs:DeleteMessage ${queue('order-queue')}`,
          `sqs:ChangeMessageVisibility ${queue('order-queue')}`,
          `sqs:GetQueueAttributes ${queue('order-queue')}`,
          `sqs:SendMessage ${queue('order-dlq')}`,
          `sqs:GetQueueAttributes ${queue('order-dlq')}`,
          `dynamodb:GetItem ${table('orders')}`,
          `dynamodb:UpdateItem ${table('orders')}`,
          `dynamodb:Scan ${table('orders')}`,
          `dynamodb:Scan ${table('inventory')}`,
          `dynamodb:Scan ${table('payments')}`,
          `logs:CreateLogStream ${logs('metrics')}`,
          `logs:PutLogEvents ${logs('metrics')}`,
        ],
      ],
      [
        'scoring-task',
        [
          `dynamodb:GetItem ${table('inventory')}`,
          `dynamodb:BatchGetItem ${table('inventory')}`,
          `dynamodb:UpdateItem ${table('inventory')}`,
          `dynamodb:GetItem ${table('payments')}`,
          `dynamodb:PutItem ${table('payments')}`,
          `dynamodb:UpdateItem ${table('payments')}`,
        ],
      ],
      [
        'webhooks-task',
        [
          `sqs:ReceiveMessage ${queue('webhook-queue')}`,
          `sqs:DeleteMessage ${queue('webhook-queue')}`,
          `sqs:SendMessage ${queue('webhook-queue')}`,
          `sqs:GetQueueAttributes ${queue('webhook-queue')}`,
          `sqs:SendMessage ${queue('webhook-dlq')}`,
          `sqs:GetQueueAttributes ${queue('webhook-dlq')}`,
          `dynamodb:GetItem ${table('webhook_endpoints')}`,
          `dynamodb:Scan ${table('webhook_endpoints')}`,
          `dynamodb:UpdateItem ${table('webhook_endpoints')}`,
          `dynamodb:GetItem ${table('webhook_deliveries')}`,
          `dynamodb:PutItem ${table('webhook_deliveries')}`,
          `dynamodb:UpdateItem ${table('webhook_deliveries')}`,
        ],
      ],
      [
        'operations-task',
        [
          'sns:Publish arn:aws:sns:eu-central-1:123456789012:order-pipeline-prod-order-events',
          `sqs:SendMessage ${queue('order-queue')}`,
          `sqs:GetQueueAttributes ${queue('order-queue')}`,
          `sqs:ReceiveMessage ${queue('order-dlq')}`,
          `sqs:DeleteMessage ${queue('order-dlq')}`,
          `sqs:ChangeMessageVisibility ${queue('order-dlq')}`,
          `sqs:GetQueueAttributes ${queue('order-dlq')}`,
          `dynamodb:GetItem ${table('orders')}`,
          `dynamodb:BatchGetItem ${table('orders')}`,
          `dynamodb:UpdateItem ${table('orders')}`,
          `dynamodb:Query ${table('orders')}/index/by_user`,
          `dynamodb:GetItem ${table('inventory')}`,
          `dynamodb:BatchGetItem ${table('inventory')}`,
          `dynamodb:Scan ${table('inventory')}`,
          `dynamodb:GetItem ${table('payments')}`,
        ],
      ],
    ])('%s grants these actions on these resources and no more', (role, grants) => {
      expect(grantsOf(graphs.prod, role)).toEqual(grants);
    });

    it('are taken on by ECS tasks alone, the traffic role by ECS', () => {
      const principals = ofType(graphs.prod, 'iam/role:Role').map(({ name, inputs }) => [
        name,
        JSON.parse(String(inputs.assumeRolePolicy)).Statement[0].Principal.Service,
      ]);
      expect(Object.fromEntries(principals)).toEqual({
        canary: 'ecs.amazonaws.com',
        'order-api-execution': 'ecs-tasks.amazonaws.com',
        'order-api-task': 'ecs-tasks.amazonaws.com',
        'order-processor-execution': 'ecs-tasks.amazonaws.com',
        'order-processor-task': 'ecs-tasks.amazonaws.com',
        'scoring-execution': 'ecs-tasks.amazonaws.com',
        'scoring-task': 'ecs-tasks.amazonaws.com',
        'operations-execution': 'ecs-tasks.amazonaws.com',
        'operations-task': 'ecs-tasks.amazonaws.com',
        'webhooks-execution': 'ecs-tasks.amazonaws.com',
        'webhooks-task': 'ecs-tasks.amazonaws.com',
      });
    });
  });

  describe('execution roles', () => {
    it.each([
      ['order-api', ['order-api'], ['jwt-secret', 'url-signing-keys', 'redis-url']],
      ['order-processor', ['order-processor', 'metrics-collector'], ['redis-url']],
      ['scoring', ['scoring'], ['redis-url', 'stripe-api-key', 'stripe-webhook-secret']],
      ['webhooks', ['webhooks'], []],
      ['operations', ['operations'], ['redis-url', 'oidc-client-secret', 'session-secret']],
    ])(
      '%s pulls its own images, writes its own log and reads its own secrets',
      (service, images, secrets) => {
        expect(grantsOf(graphs.prod, `${service}-execution`)).toEqual([
          'ecr:GetAuthorizationToken *',
          ...PULL.flatMap((action) => images.map((name) => `${action} ${image(name)}`)),
          `logs:CreateLogStream ${logs(service)}`,
          `logs:PutLogEvents ${logs(service)}`,
          ...secrets.map((name) => `secretsmanager:GetSecretValue ${secret(name)}`),
        ]);
      },
    );
  });

  it('ECS shifts traffic by one rule between two target groups', () => {
    const [, shift, move] = statementsOf(graphs.prod, 'canary');
    expect(shift?.Resource).toEqual([`arn:aws:lb:${ACCOUNT}:forward-auto`]);
    expect(move?.Resource).toEqual([
      `arn:aws:lb:${ACCOUNT}:primary-auto`,
      `arn:aws:lb:${ACCOUNT}:alternate-auto`,
    ]);
  });

  it('CloudWatch of this account publishes alarms, encrypted by a key of ours', () => {
    const topic = JSON.parse(
      String(find(graphs.prod, 'sns/topicPolicy:TopicPolicy', 'alarms').inputs.policy),
    );
    expect(topic.Statement[0]).toMatchObject({
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: ['sns:Publish'],
      Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
    });
    const key = JSON.parse(String(find(graphs.prod, 'kms/key:Key', 'alarms').inputs.policy));
    expect(key.Statement[0].Action).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
  });
}
