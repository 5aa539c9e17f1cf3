/** The program loads through Pulumi's own Node loader, registers everything and returns its outputs. */
import { describe, expect, it } from '@jest/globals';
import { ofType } from '../support/graph.ts';
import { type Graphs, STACKS } from '../support/stacks.ts';

const DATA_OUTPUTS = [
  ...[
    'inventoryTable',
    'orderDlqUrl',
    'eventsTopicArn',
    'orderQueueUrl',
    'ordersTable',
    'paymentsTable',
    'region',
    'secretArns',
  ],
  ...['stage', 'usersTable', 'version', 'webhookQueueUrl', 'webhookDlqUrl'],
  ...['webhookEndpointsTable', 'webhookDeliveriesTable'],
];
const CLOUD_OUTPUTS = [
  ...['alarmTopicArn', 'apiUrl', 'cacheEndpoint', 'clusterName', 'dashboardName', 'images', 'services'],
];

export function describeLoading(graphs: Graphs): void {
  describe('the program', () => {
    it.each(STACKS)('runs without an error for %s', (stack) => {
      expect(graphs[stack].errors).toEqual([]);
    });

    it.each(STACKS)('completes every component of %s', (stack) => {
      const open = graphs[stack].resources.filter((it) => !it.custom && !it.remote && !it.outputsRegistered);
      expect(open.map(({ urn }) => urn)).toEqual([]);
    });

    it.each(STACKS)('puts every resource of %s under the component that makes it', (stack) => {
      const atTop = graphs[stack].resources
        .filter(({ parent }) => parent.includes('pulumi:pulumi:Stack'))
        .map(({ name }) => name);
      const expected =
        stack === 'local'
          ? ['data']
          : ['data', 'platform', 'alarms', 'services', 'service-alarms', 'dashboard'];
      expect(atTop.sort()).toEqual(expected.sort());
    });

    it.each([
      ['dev', [...DATA_OUTPUTS, ...CLOUD_OUTPUTS]],
      ['prod', [...DATA_OUTPUTS, ...CLOUD_OUTPUTS, 'operationsUrl']],
      ['local', DATA_OUTPUTS],
    ] as const)('outputs everything that operators and scripts need about %s', (stack, outputs) => {
      expect(Object.keys(graphs[stack].outputs).sort()).toEqual([...outputs].sort());
      expect(Object.values(graphs[stack].outputs)).not.toContain(undefined);
      expect(graphs[stack].secretOutputs).toEqual([]);
    });

    it('gives the API its address: the load balancer in dev, the domain in prod', () => {
      expect(graphs.dev.outputs.apiUrl).toBe('http://entry.eu-central-1.elb.amazonaws.com');
      expect(graphs.prod.outputs.apiUrl).toBe('https://orders.acme.shop');
    });

    it('deploys only data to an emulator', () => {
      const types = new Set(graphs.local.resources.filter(({ custom }) => custom).map(({ type }) => type));
      expect([...types].sort()).toEqual([
        'aws:dynamodb/table:Table',
        'aws:secretsmanager/secret:Secret',
        'aws:secretsmanager/secretVersion:SecretVersion',
        'aws:sns/topic:Topic',
        'aws:sns/topicPolicy:TopicPolicy',
        'aws:sqs/queue:Queue',
        'aws:sqs/queuePolicy:QueuePolicy',
        'aws:sqs/redriveAllowPolicy:RedriveAllowPolicy',
        'random:index/randomPassword:RandomPassword',
      ]);
    });

    // A changed name or parent is a new resource to Pulumi: it would replace a database. Aliases keep the old one.
    it.each(STACKS)('keeps the URNs of %s', (stack) => {
      expect(graphs[stack].resources.map(({ urn }) => urn).sort()).toMatchSnapshot();
    });

    it.each(STACKS)('names the data of %s after the stack', (stack) => {
      const names = [
        ...ofType(graphs[stack], 'sqs/queue:Queue'),
        ...ofType(graphs[stack], 'dynamodb/table:Table'),
      ];
      expect(names.map(({ inputs }) => inputs.name)).toEqual([
        `order-pipeline-${stack}-order-dlq`,
        `order-pipeline-${stack}-order-queue`,
        `order-pipeline-${stack}-webhook-dlq`,
        `order-pipeline-${stack}-webhook-queue`,
        `order-pipeline-${stack}-inventory`,
        `order-pipeline-${stack}-orders`,
        `order-pipeline-${stack}-payments`,
        `order-pipeline-${stack}-users`,
        `order-pipeline-${stack}-webhook_deliveries`,
        `order-pipeline-${stack}-webhook_endpoints`,
      ]);
    });
  });
}
