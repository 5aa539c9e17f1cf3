/** Settings that the three stacks do not use. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { inspect } from '../policy/rules/index.ts';
import { capture } from './support/capture.ts';
import { find, type Graph, ofType } from './support/graph.ts';
import { assertBuilt } from './support/stacks.ts';

beforeAll(assertBuilt);

describe('a stack with an OpenID issuer, a given certificate, replicas and images by digest', () => {
  let graph: Graph;
  const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

  beforeAll(async () => {
    graph = await capture({
      stack: 'dev',
      config: {
        'order-pipeline:authMode': 'oidc',
        'order-pipeline:oidcIssuer': 'https://login.example.com',
        'order-pipeline:oidcAudience': 'orders',
        'order-pipeline:natGateways': 'single',
        'order-pipeline:domainName': 'orders.example.com',
        'order-pipeline:certificateArn': 'arn:aws:acm:eu-central-1:123456789012:certificate/abc',
        'order-pipeline:replicaRegions': 'eu-west-1, eu-north-1',
        'order-pipeline:corsOrigins': 'https://shop.example.com',
        'order-pipeline:signingKeyGeneration': '3',
        'order-pipeline:appMetrics': 'off',
        'order-pipeline:containerInsights': 'on',
        'order-pipeline:tracing': 'on',
        'order-pipeline:tracesShare': '25',
        'order-pipeline:imageDigests': JSON.stringify({
          'order-api': digest('a'),
          'order-processor': digest('b'),
          scoring: digest('c'),
          webhooks: digest('e'),
          operations: digest('f'),
          'metrics-collector': digest('d'),
        }),
      },
    });
  });

  it('runs, and breaks no rule', () => {
    expect(graph.errors).toEqual([]);
    expect(inspect(graph.resources)).toEqual([]);
  });

  it('lets order-api out to the issuer, and nobody else', () => {
    const open = ofType(graph, 'vpc/securityGroupEgressRule:SecurityGroupEgressRule').filter(
      ({ inputs }) => inputs.cidrIpv4,
    );
    expect(open.map(({ inputs }) => [inputs.securityGroupId, inputs.fromPort])).toEqual([
      ['order-api-id', 443],
    ]);
    expect(find(graph, 'ec2:Vpc', 'network').inputs.natGateways).toEqual({ strategy: 'Single' });
  });

  it('uses the certificate and makes none', () => {
    expect(find(graph, 'lb/listener:Listener', 'https').inputs.certificateArn).toBe(
      'arn:aws:acm:eu-central-1:123456789012:certificate/abc',
    );
    expect(ofType(graph, 'acm/certificate:Certificate')).toEqual([]);
    expect(ofType(graph, 'route53/record:Record')).toEqual([]);
  });

  it('copies the tables by their streams', () => {
    for (const { inputs } of ofType(graph, 'dynamodb/table:Table')) {
      expect(inputs).toMatchObject({
        streamEnabled: true,
        streamViewType: 'NEW_AND_OLD_IMAGES',
        replicas: [
          { regionName: 'eu-west-1', pointInTimeRecovery: true },
          { regionName: 'eu-north-1', pointInTimeRecovery: true },
        ],
      });
    }
  });

  it('runs the images that were given and builds none', () => {
    expect(ofType(graph, 'ecr:Image')).toEqual([]);
    expect(graph.outputs.images).toMatchObject({
      'order-api': expect.stringMatching(/\/order-pipeline-dev\/order-api@sha256:a{64}$/),
    });
  });

  it('signs with the third key and still verifies the second', () => {
    const { inputs } = find(graph, 'secretsmanager/secretVersion:SecretVersion', 'url-signing-keys');
    expect(inputs.secretString).toMatch(/^k3:url-signing-key-3-x+,k2:url-signing-key-2-x+$/);
  });

  it('tells order-api about issuer and origins, and collects spans and no metrics', () => {
    const task = find(graph, 'ecs/taskDefinition:TaskDefinition', 'order-api').inputs;
    const [{ environment }] = JSON.parse(String(task.containerDefinitions));
    expect(environment).toEqual(
      expect.arrayContaining([
        { name: 'AUTH_MODE', value: 'oidc' },
        { name: 'OIDC_ISSUER', value: 'https://login.example.com' },
        { name: 'OIDC_AUDIENCE', value: 'orders' },
        { name: 'CORS_ORIGINS', value: 'https://shop.example.com' },
      ]),
    );
    const processor = find(graph, 'ecs/taskDefinition:TaskDefinition', 'order-processor').inputs;
    // The collector only handles spans.
    for (const { name, inputs } of ofType(graph, 'ecs/taskDefinition:TaskDefinition')) {
      const [, collector, ...more] = JSON.parse(String(inputs.containerDefinitions));
      expect([name, collector.command, more]).toEqual([name, ['--config=/etc/collector-traces.yaml'], []]);
      expect(collector.environment).toContainEqual({ name: 'TRACES_SHARE', value: '25' });
      const role = String(find(graph, 'iam/rolePolicy:RolePolicy', `${name}-task`).inputs.policy);
      expect(role).toContain('xray:PutTraceSegments');
    }
    expect(String(processor.containerDefinitions)).not.toContain('METRICS_TARGET');
    expect(find(graph, 'ec2/vpcEndpoint:VpcEndpoint', 'xray').inputs.serviceName).toBe(
      'com.amazonaws.eu-central-1.xray',
    );
    const alarms = ofType(graph, 'cloudwatch/metricAlarm:MetricAlarm').map(({ name }) => name);
    expect(alarms.filter((name) => !name.includes('budget'))).toEqual([
      ...['api-5xx', 'api-p99', 'dead-letters', 'dependency-errors', 'dependency-slow', 'oldest-order'],
      ...['orders-failed', 'throttles', 'service-down'],
    ]);
  });
});

describe('a stack without alarms whose images have a tag', () => {
  it('runs those images and guards no deployment', async () => {
    const graph = await capture({
      stack: 'dev',
      config: { 'order-pipeline:imageTag': '1.2.3', 'order-pipeline:alarms': 'off' },
    });
    expect(graph.errors).toEqual([]);
    expect(graph.outputs.images).toMatchObject({ scoring: expect.stringMatching(/\/scoring:1\.2\.3$/) });
    expect(find(graph, 'ecs/service:Service', 'order-api').inputs.alarms).toBeUndefined();
    expect(ofType(graph, 'cloudwatch/dashboard:Dashboard')).toEqual([]);
  });
});

describe('a stack with bad settings', () => {
  it('registers nothing and says what to do', async () => {
    const graph = await capture({
      stack: 'dev',
      config: {
        'order-pipeline:stage': 'prod',
        'order-pipeline:zones': '9',
        'order-pipeline:zoness': '2',
        'order-pipeline:webhooks': 'off',
        'order-pipeline:paymentGateway': 'simulated',
      },
    });
    expect(graph.resources.filter(({ custom }) => custom)).toEqual([]);
    expect(graph.errors).toEqual([
      [
        'The configuration has 4 problem(s):',
        '  zoness is not a setting: see the table in docs/deploy.md',
        '  domainName is not set, and plain HTTP is for dev only: pulumi config set domainName api.example.com and hostedZoneId or certificateArn',
        '  zones is too large: set a whole number from 2 to 6',
        '  cacheNodes is too small: set a whole number from 2 to 6',
      ].join('\n'),
    ]);
  });
});
