/** Tasks, deployments, scaling, alarms. */
import { describe, expect, it } from '@jest/globals';
import type { ContainerDefinition } from '../../src/decide/containers.ts';
import { find, type Graph, ofType } from '../support/graph.ts';
import type { Graphs } from '../support/stacks.ts';

const CLOUD = ['dev', 'prod'] as const;

/** Windows of the burn-rate alarms. */
const BUDGETS = ['fast-long', 'fast-short', 'slow-long', 'slow-short'];

function containersOf(graph: Graph, service: string): ContainerDefinition[] {
  const { inputs, secrets } = find(graph, 'ecs/taskDefinition:TaskDefinition', service);
  expect(secrets).toEqual([]);
  return JSON.parse(String(inputs.containerDefinitions));
}

function environmentOf(graph: Graph, service: string): Record<string, string> {
  const [container] = containersOf(graph, service);
  return Object.fromEntries(container?.environment.map(({ name, value }) => [name, value]) ?? []);
}

export function describeServices(graphs: Graphs): void {
  describe('tasks', () => {
    it.each(CLOUD)('run on ARM64 Fargate, confined, in %s', (stack) => {
      for (const { name, inputs } of ofType(graphs[stack], 'ecs/taskDefinition:TaskDefinition')) {
        expect(inputs).toMatchObject({
          requiresCompatibilities: ['FARGATE'],
          networkMode: 'awsvpc',
          runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
        });
        for (const container of containersOf(graphs[stack], name)) {
          expect(container).toMatchObject({
            readonlyRootFilesystem: true,
            user: expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/),
            linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['ALL'] } },
            stopTimeout: 30,
          });
        }
      }
    });

    it.each(CLOUD)('get a stop signal before ECS kills them in %s', (stack) => {
      for (const { name: service } of ofType(graphs[stack], 'ecs/taskDefinition:TaskDefinition')) {
        const [container] = containersOf(graphs[stack], service);
        const limitMs = Number(environmentOf(graphs[stack], service).STOP_TIMEOUT_MS);
        expect(limitMs).toBe(25_000);
        expect((container?.stopTimeout ?? 0) * 1_000).toBeGreaterThan(limitMs);
      }
    });

    it.each([
      ['order-api', [{ name: 'http', containerPort: 8000, protocol: 'tcp', appProtocol: 'http' }], 8000],
      ['order-processor', [{ name: 'ops', containerPort: 9090, protocol: 'tcp' }], 9090],
      [
        'scoring',
        [
          { name: 'grpc', containerPort: 50_051, protocol: 'tcp', appProtocol: 'grpc' },
          { name: 'ops', containerPort: 8081, protocol: 'tcp' },
        ],
        8081,
      ],
      ['webhooks', [{ name: 'ops', containerPort: 9091, protocol: 'tcp' }], 9091],
      ['operations', [{ name: 'http', containerPort: 8090, protocol: 'tcp', appProtocol: 'http' }], 8090],
    ])('%s listens and is asked for its health on its ports', (service, ports, healthPort) => {
      const [container] = containersOf(graphs.prod, service);
      expect(container?.portMappings).toEqual(ports);
      expect(container?.healthCheck?.command.slice(0, 3)).toEqual(['CMD', 'node', '-e']);
      expect(container?.healthCheck?.command[3]).toContain(`http://127.0.0.1:${healthPort}/health`);
    });

    it('tell order-api what it needs, and where its clients come from', () => {
      expect(environmentOf(graphs.prod, 'order-api')).toEqual({
        AUTH_MODE: 'password',
        AWS_REGION: 'eu-central-1',
        EXPECTED_PROCESSES: '2',
        LOG_LEVEL: 'info',
        NODE_ENV: 'production',
        ORDERS_TABLE: 'order-pipeline-prod-orders',
        PORT: '8000',
        PUBLIC_BASE_URL: 'https://orders.acme.shop',
        RATE_LIMIT: '100/minute',
        SQS_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/order-pipeline-prod-order-queue',
        STAGE: 'prod',
        STOP_TIMEOUT_MS: '25000',
        TRUST_PROXY_HOPS: '1',
        USERS_TABLE: 'order-pipeline-prod-users',
        WEBHOOK_DELIVERIES_TABLE: 'order-pipeline-prod-webhook_deliveries',
        WEBHOOK_ENDPOINTS_TABLE: 'order-pipeline-prod-webhook_endpoints',
        WEBHOOK_QUEUE_URL:
          'https://sqs.eu-central-1.amazonaws.com/123456789012/order-pipeline-prod-webhook-queue',
      });
    });

    it('tell order-processor where its queues, tables and services are', () => {
      expect(environmentOf(graphs.dev, 'order-processor')).toEqual({
        AWS_REGION: 'eu-central-1',
        FRAUD_URL: 'http://scoring:50051',
        INVENTORY_TABLE: 'order-pipeline-dev-inventory',
        INVENTORY_URL: 'http://scoring:50051',
        LOG_LEVEL: 'debug',
        MAX_RECEIVES: '5',
        NODE_ENV: 'production',
        ORDERS_TABLE: 'order-pipeline-dev-orders',
        ORDER_EVENTS_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:order-pipeline-dev-order-events',
        PAYMENTS_TABLE: 'order-pipeline-dev-payments',
        PAYMENT_URL: 'http://scoring:50051',
        PORT: '9090',
        RECEIVE_WAIT_SECONDS: '20',
        SQS_DLQ_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/order-pipeline-dev-order-dlq',
        SQS_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/order-pipeline-dev-order-queue',
        STAGE: 'dev',
        STOP_TIMEOUT_MS: '25000',
        VISIBILITY_TIMEOUT_SECONDS: '30',
      });
    });

    it('name secrets by version, so that a new value is a new deployment', () => {
      const [api] = containersOf(graphs.prod, 'order-api');
      const base = 'arn:aws:secretsmanager:eu-central-1:123456789012:order-pipeline-prod';
      expect(api?.secrets).toEqual([
        { name: 'JWT_SECRET', valueFrom: `${base}/jwt-secret:::a1b2c3d4` },
        { name: 'REDIS_URL', valueFrom: `${base}/redis-url:::a1b2c3d4` },
        { name: 'URL_SIGNING_KEYS', valueFrom: `${base}/url-signing-keys:::a1b2c3d4` },
      ]);
      expect(containersOf(graphs.prod, 'order-processor').flatMap(({ secrets }) => secrets)).toEqual([
        { name: 'REDIS_URL', valueFrom: `${base}/redis-url:::a1b2c3d4` },
      ]);
    });

    it('run images by digest, of registries that scan them', () => {
      for (const { name: service } of ofType(graphs.prod, 'ecs/taskDefinition:TaskDefinition')) {
        expect(containersOf(graphs.prod, service)[0]?.image).toMatch(
          new RegExp(`/order-pipeline-prod/${service}@sha256:[0-9a-f]{64}$`),
        );
      }
      const builds = ofType(graphs.prod, 'ecr:Image').map(({ inputs }) => [inputs.dockerfile, inputs.args]);
      expect(builds).toEqual([
        ['../observability/collector.Dockerfile', undefined],
        ['../Dockerfile', { WORKSPACE: 'services/operations', PORT: '8090' }],
        ['../Dockerfile', { WORKSPACE: 'services/order-api', PORT: '8000' }],
        ['../Dockerfile', { WORKSPACE: 'services/order-processor', PORT: '9090' }],
        ['../Dockerfile', { WORKSPACE: 'services/scoring', PORT: '8081' }],
        ['../Dockerfile', { WORKSPACE: 'services/webhooks', PORT: '9091' }],
      ]);
      expect(ofType(graphs.prod, 'ecr:Image').map(({ inputs }) => inputs.platform)).toEqual(
        Array(6).fill('linux/arm64'),
      );
      for (const { inputs } of ofType(graphs.prod, 'ecr/repository:Repository')) {
        expect(inputs).toMatchObject({
          imageScanningConfiguration: { scanOnPush: true },
          forceDelete: false,
        });
      }
    });

    it('have a collector alongside the processor, which may fail alone', () => {
      const [, collector] = containersOf(graphs.prod, 'order-processor');
      expect(collector).toMatchObject({
        name: 'metrics-collector',
        essential: false,
        command: ['--config=/etc/collector.yaml'],
        environment: [
          { name: 'AWS_REGION', value: 'eu-central-1' },
          { name: 'METRICS_LOG_GROUP', value: '/order-pipeline-prod/metrics' },
          { name: 'METRICS_NAMESPACE', value: 'order-pipeline-prod' },
          { name: 'METRICS_TARGET', value: '127.0.0.1:9090' },
        ],
      });
    });
  });

  describe('deployments', () => {
    it.each(CLOUD)('of %s go back by themselves, and pulumi up waits for the outcome', (stack) => {
      for (const { inputs } of ofType(graphs[stack], 'ecs/service:Service')) {
        expect(inputs).toMatchObject({
          deploymentCircuitBreaker: { enable: true, rollback: true },
          deploymentMinimumHealthyPercent: 100,
          waitForSteadyState: true,
          enableExecuteCommand: false,
        });
      }
    });

    it('of order-api in prod try a tenth of the traffic first, and alarms take them back', () => {
      const { inputs } = find(graphs.prod, 'ecs/service:Service', 'order-api');
      expect(inputs).toMatchObject({
        deploymentConfiguration: {
          strategy: 'CANARY',
          canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: '5' },
          bakeTimeInMinutes: '10',
        },
        alarms: {
          enable: true,
          rollback: true,
          alarmNames: ['order-pipeline-prod-api-5xx', 'order-pipeline-prod-api-p99'],
        },
        loadBalancers: [
          {
            containerName: 'order-api',
            containerPort: 8000,
            targetGroupArn: 'arn:aws:lb:eu-central-1:123456789012:primary-auto',
            advancedConfiguration: {
              alternateTargetGroupArn: 'arn:aws:lb:eu-central-1:123456789012:alternate-auto',
              productionListenerRule: 'arn:aws:lb:eu-central-1:123456789012:forward-auto',
              roleArn: 'arn:aws:iam::123456789012:role/canary',
            },
          },
        ],
      });
    });

    it('of order-api in dev roll', () => {
      const { inputs } = find(graphs.dev, 'ecs/service:Service', 'order-api');
      expect(inputs.deploymentConfiguration).toBeUndefined();
      expect(ofType(graphs.dev, 'iam/role:Role').map(({ name }) => name)).not.toContain('canary');
    });

    it('leave the weights and the number of tasks to ECS', () => {
      expect(find(graphs.prod, 'lb/listenerRule:ListenerRule', 'forward').ignoreChanges).toEqual(['actions']);
      for (const { ignoreChanges } of ofType(graphs.prod, 'ecs/service:Service')) {
        expect(ignoreChanges).toEqual(['desiredCount']);
      }
    });

    it('let the console of prod ask scoring and the processor whether they are ready', () => {
      const names = (service: string) =>
        (
          find(graphs.prod, 'ecs/service:Service', service).inputs.serviceConnectConfiguration as {
            services: { portName: string; clientAlias: object[] }[];
          }
        ).services.map(({ portName, clientAlias }) => [portName, ...clientAlias]);
      expect(names('scoring')).toContainEqual(['ops', { dnsName: 'scoring-ops', port: 8081 }]);
      expect(names('order-processor')).toEqual([['ops', { dnsName: 'order-processor-ops', port: 9090 }]]);
      expect(find(graphs.prod, 'ecs/service:Service', 'operations').dependencies).toEqual(
        expect.arrayContaining(
          ['scoring', 'order-processor'].map((it) => find(graphs.prod, 'ecs/service:Service', it).urn),
        ),
      );
    });

    it('of the console run one task, which nothing scales', () => {
      const scaled = ofType(graphs.prod, 'appautoscaling/target:Target').map(({ name }) => name);
      expect(scaled).toEqual(['order-api', 'order-processor', 'scoring', 'webhooks']);
    });

    it.each(CLOUD)('let the processor of %s find scoring by name, over gRPC', (stack) => {
      const { inputs } = find(graphs[stack], 'ecs/service:Service', 'scoring');
      expect(inputs.serviceConnectConfiguration).toMatchObject({
        enabled: true,
        services: expect.arrayContaining([
          expect.objectContaining({
            portName: 'grpc',
            discoveryName: 'scoring',
            clientAlias: [{ dnsName: 'scoring', port: 50_051 }],
          }),
        ]),
      });
      const processor = find(graphs[stack], 'ecs/service:Service', 'order-processor');
      expect(processor.inputs.serviceConnectConfiguration).toMatchObject({ enabled: true });
      expect(processor.dependencies).toContain(find(graphs[stack], 'ecs/service:Service', 'scoring').urn);
    });
  });

  describe('scaling', () => {
    const policyOf = (name: string) =>
      find(graphs.prod, 'appautoscaling/policy:Policy', name).inputs
        .targetTrackingScalingPolicyConfiguration as Record<string, never>;

    it('keeps order-api at 70 % CPU and 3000 requests a minute and task', () => {
      expect(policyOf('order-api-cpu')).toMatchObject({
        targetValue: 70,
        predefinedMetricSpecification: { predefinedMetricType: 'ECSServiceAverageCPUUtilization' },
      });
      expect(policyOf('order-api-requests')).toMatchObject({
        targetValue: 3_000,
        customizedMetricSpecification: {
          metrics: [
            { id: 'requests', metricStat: { stat: 'Sum', metric: { metricName: 'RequestCount' } } },
            { id: 'console', metricStat: { stat: 'Sum', metric: { metricName: 'RequestCount' } } },
            { id: 'tasks', metricStat: { stat: 'SampleCount', metric: { metricName: 'CPUUtilization' } } },
            {
              id: 'result',
              expression: '(requests - FILL(console, 0)) / FILL(tasks, 1)',
              returnData: true,
            },
          ],
        },
      });
    });

    it('keeps the processor at 100 waiting orders a task', () => {
      expect(policyOf('order-processor-backlog')).toMatchObject({
        targetValue: 100,
        customizedMetricSpecification: {
          metrics: [
            {
              id: 'backlog',
              returnData: false,
              metricStat: {
                stat: 'Maximum',
                metric: {
                  namespace: 'AWS/SQS',
                  metricName: 'ApproximateNumberOfMessagesVisible',
                  dimensions: [{ name: 'QueueName', value: 'order-pipeline-prod-order-queue' }],
                },
              },
            },
            { id: 'tasks' },
            { id: 'result', expression: 'backlog / FILL(tasks, 1)', returnData: true },
          ],
        },
      });
    });

    it('keeps webhooks at 100 waiting messages a task', () => {
      expect(JSON.stringify(policyOf('webhooks-backlog'))).toContain('order-pipeline-prod-webhook-queue');
      expect(policyOf('webhooks-backlog')).toMatchObject({ targetValue: 100 });
    });

    it('adds tasks at once and takes them away slowly, within bounds', () => {
      for (const { inputs } of ofType(graphs.prod, 'appautoscaling/policy:Policy')) {
        expect(inputs.targetTrackingScalingPolicyConfiguration).toMatchObject({
          scaleOutCooldown: 30,
          scaleInCooldown: 300,
        });
      }
      expect(find(graphs.prod, 'appautoscaling/target:Target', 'order-processor').inputs).toMatchObject({
        resourceId: 'service/order-pipeline-prod/order-processor-auto',
        minCapacity: 2,
        maxCapacity: 20,
      });
    });
  });

  describe('alarms', () => {
    it.each(CLOUD)('of %s ring for everything that an operator has to know', (stack) => {
      const names = ofType(graphs[stack], 'cloudwatch/metricAlarm:MetricAlarm').map(({ name }) => name);
      expect(names).toEqual([
        ...BUDGETS.map((name) => `acceptance-budget-${name}`),
        ...['api-5xx', 'api-p99', 'breaker-open', 'capture-failed', 'clock-skew'],
        ...(stack === 'prod' ? ['console-errors'] : []),
        'dead-letters',
        ...BUDGETS.map((name) => `decision-budget-${name}`),
        ...['dependency-errors', 'dependency-slow', 'oldest-order', 'orders-failed', 'orders-stuck'],
        ...(stack === 'prod' ? ['payment-problem', 'payment-provider-down'] : []),
        ...['rejected-share', 'stock-difference', 'throttles'],
        ...(stack === 'prod' ? ['webhook-dead-letters', 'webhook-endpoint-disabled', 'webhooks-late'] : []),
        'service-down',
      ]);
    });

    it.each(CLOUD)('of %s go to an encrypted topic, when they start and when they end', (stack) => {
      const topic = `arn:aws:sns:eu-central-1:123456789012:order-pipeline-${stack}-alarms`;
      const alarms = ofType(graphs[stack], 'cloudwatch/metricAlarm:MetricAlarm');
      for (const { name, inputs } of alarms) {
        const notifies = name.includes('budget') ? undefined : [topic];
        expect([name, inputs.alarmActions, inputs.okActions]).toEqual([name, notifies, notifies]);
        expect(inputs.treatMissingData).toBe(name === 'service-down' ? 'breaching' : 'notBreaching');
      }
      const composites = ofType(graphs[stack], 'cloudwatch/compositeAlarm:CompositeAlarm');
      expect(composites.map(({ name }) => name)).toEqual([
        ...[
          'acceptance-budget-fast',
          'acceptance-budget-slow',
          'decision-budget-fast',
          'decision-budget-slow',
        ],
      ]);
      for (const { name, inputs } of composites) {
        const prefix = `order-pipeline-${stack}-${name}`;
        expect(inputs).toMatchObject({
          alarmRule: `ALARM("${prefix}-long") AND ALARM("${prefix}-short")`,
          ...{ alarmActions: [topic], okActions: [topic] },
        });
      }
      expect(find(graphs[stack], 'sns/topic:Topic', 'alarms').inputs.kmsMasterKeyId).toBeDefined();
    });

    it('reach the address that is configured', () => {
      const { inputs } = find(graphs.prod, 'sns/topicSubscription:TopicSubscription', 'alarms');
      expect(inputs).toMatchObject({ protocol: 'email', endpoint: 'operations@acme.shop' });
      expect(ofType(graphs.dev, 'sns/topicSubscription:TopicSubscription')).toEqual([]);
    });

    it.each(CLOUD)('of %s link to the runbook', (stack) => {
      const all = [
        ...ofType(graphs[stack], 'cloudwatch/metricAlarm:MetricAlarm'),
        ...ofType(graphs[stack], 'cloudwatch/compositeAlarm:CompositeAlarm'),
      ];
      for (const { name, inputs } of all) {
        const section = name.includes('budget') ? `objective-${name.split('-')[0]}` : name;
        const expected = name === 'dependency-errors' ? 'dependency-slow' : section;
        expect(inputs.alarmDescription).toMatch(new RegExp(` Runbook: docs/runbook\\.md#${expected}$`));
      }
    });

    it('measure latency without requests that wait on purpose', () => {
      const { inputs } = find(graphs.prod, 'cloudwatch/logMetricFilter:LogMetricFilter', 'access-log');
      expect(inputs).toEqual({
        logGroupName: '/order-pipeline-prod/order-api',
        pattern: '{ ($.duration_ms = *) && ($.route = *) && ($.waiting NOT EXISTS) }',
        metricTransformation: {
          namespace: 'order-pipeline-prod',
          name: 'api_request_duration_ms',
          value: '$.duration_ms',
          unit: 'Milliseconds',
        },
      });
      const alarm = find(graphs.prod, 'cloudwatch/metricAlarm:MetricAlarm', 'api-p99').inputs;
      expect(alarm).toMatchObject({
        threshold: 1_000,
        metricQueries: [
          {
            metric: {
              namespace: 'order-pipeline-prod',
              metricName: 'api_request_duration_ms',
              stat: 'p99',
            },
          },
        ],
      });
    });

    it('read at most ten metrics each, which is what CloudWatch takes', () => {
      for (const { inputs } of ofType(graphs.prod, 'cloudwatch/metricAlarm:MetricAlarm')) {
        const queries = inputs.metricQueries as { metric?: unknown; returnData: boolean }[];
        expect(queries.filter(({ metric }) => metric).length).toBeLessThanOrEqual(10);
        expect(queries.filter(({ returnData }) => returnData)).toHaveLength(1);
      }
    });

    it('have a dashboard that shows what they watch', () => {
      const { inputs } = find(graphs.prod, 'cloudwatch/dashboard:Dashboard', 'dashboard');
      const { widgets } = JSON.parse(String(inputs.dashboardBody));
      const titles = widgets.map((widget: { properties: { title: string } }) => widget.properties.title);
      expect(titles).toEqual([
        ...['Orders that wait', 'Age of the oldest order (s)'],
        ...['Retries, dead letters and problems of settlements', 'Circuit breakers (1 is open)'],
        ...['Webhooks that wait', 'Orders by outcome', 'Orders by outcome, from the logs'],
        ...['Payment provider and webhook endpoints', 'Requests and failures'],
        ...['Latency of the API without waiting requests', 'Throttled requests by table'],
        ...["Calls of the operators' API", 'Processes'],
      ]);
    });
  });
}
