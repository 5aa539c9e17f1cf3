/** Options that the committed environments do not use: IRSA, no KEDA, an OpenID issuer. */
import { describe, expect, it } from '@jest/globals';
import { inspect } from '../src/check/index.ts';
import { type KubernetesObject, ofKind, toObjects, workloadsOf } from '../src/check/objects.ts';
import { render } from '../src/render.ts';
import { parseInputs } from '../src/settings/schema.ts';
import type { ClusterSettings, Context, Environment } from '../src/settings/types.ts';
import { VARIANTS } from '../src/settings/types.ts';
import { environmentOf, TEXTS } from './support/contexts.ts';

const prod = environmentOf('prod');
const [, external] = VARIANTS;

function withCluster(cluster: Partial<ClusterSettings>, environment: Environment = prod): Context {
  return { ...environment, cluster: { ...environment.cluster, ...cluster }, variant: external as never };
}

function objectsOf(context: Context): KubernetesObject[] {
  const files = render(context, TEXTS);
  expect(inspect(files, context)).toEqual([]);
  return toObjects(Object.values(files).flat());
}

describe('IRSA', () => {
  it('names the roles on the service accounts, and opens STS instead of the agent', () => {
    const objects = objectsOf(withCluster({ identity: 'irsa' }));
    for (const { metadata } of ofKind(objects, 'ServiceAccount')) {
      expect(metadata.annotations?.['eks.amazonaws.com/role-arn']).toBe(
        prod.inputs.roles[metadata.name as 'scoring'],
      );
    }
    expect(JSON.stringify(ofKind(objects, 'NetworkPolicy'))).not.toContain('169.254.170.23');
  });
});

describe('a cluster without KEDA', () => {
  it('scales the processor by CPU', () => {
    const objects = objectsOf(withCluster({ processorScaling: 'cpu' }));
    expect(ofKind(objects, 'ScaledObject', 'TriggerAuthentication')).toEqual([]);
    expect(ofKind(objects, 'HorizontalPodAutoscaler').map(({ metadata }) => metadata.name)).toContain(
      'order-processor',
    );
  });
});

/** Features that need no access to the Internet. */
const INSIDE = { webhooks: false, operations: false, paymentGateway: 'simulated' } as const;

describe('webhooks and Stripe', () => {
  const names = (environment: Environment) =>
    objectsOf(withCluster({}, environment)).map(({ kind, metadata }) => `${kind} ${metadata.name}`);

  it('leave nothing behind where they are off', () => {
    const off = names({ ...prod, inputs: { ...prod.inputs, features: INSIDE } });
    expect(off.filter((name) => /webhooks|scoring-events|operations|-ops$/.test(name))).toEqual([]);
  });

  it('have a workload, a route for events, and a queue that scales', () => {
    expect(names(prod)).toEqual(
      expect.arrayContaining([
        ...['Rollout webhooks', 'ScaledObject webhooks', 'ServiceMonitor webhooks'],
        ...['Service scoring-events', 'Ingress scoring-events'],
      ]),
    );
    const [scaled] = ofKind(objectsOf(withCluster({})), 'ScaledObject').filter(
      ({ metadata }) => metadata.name === 'webhooks',
    );
    expect(scaled?.spec.triggers[0].metadata.queueURL).toBe(prod.inputs.names.webhookQueueUrl);
  });

  it('reach the Internet, and nobody else does', () => {
    const open = ofKind(objectsOf(withCluster({})), 'NetworkPolicy').filter(({ spec }) =>
      JSON.stringify(spec).includes('0.0.0.0/0'),
    );
    expect(open.map(({ metadata }) => metadata.name)).toEqual(['scoring', 'webhooks', 'operations']);
  });
});

describe('an OpenID issuer', () => {
  it('is the only way out to the Internet where webhooks and Stripe are off', () => {
    const auth = { mode: 'oidc', issuer: 'https://login.acme.shop', audience: 'orders' };
    const objects = objectsOf(
      withCluster({}, { ...prod, inputs: { ...prod.inputs, auth, features: INSIDE } }),
    );
    const open = ofKind(objects, 'NetworkPolicy').filter(({ spec }) =>
      JSON.stringify(spec).includes('0.0.0.0/0'),
    );
    expect(open.map(({ metadata }) => metadata.name)).toEqual(['order-api']);
  });
});

describe('the console', () => {
  const objects = objectsOf(withCluster({}));
  const variables: { name: string; value: string }[] = workloadsOf(objects)
    .find(({ metadata }) => metadata.name === 'operations')
    ?.spec.template.spec.containers.flatMap(({ env }: { env: object[] }) => env);

  it('is one pod, which nothing scales, and no canary', () => {
    const deployments = ofKind(objects, 'Deployment').map(({ metadata, spec }) => [
      metadata.name,
      spec.replicas,
    ]);
    expect(deployments).toEqual([['operations', 1]]);
    const named = objects.filter(({ metadata }) => metadata.name === 'operations').map(({ kind }) => kind);
    expect(named).toEqual(expect.arrayContaining(['PodDisruptionBudget', 'ServiceMonitor', 'NetworkPolicy']));
    expect(named).not.toEqual(expect.arrayContaining(['HorizontalPodAutoscaler']));
    expect(named).not.toEqual(expect.arrayContaining(['AnalysisTemplate']));
  });

  it('asks each service whether it is ready, pods that are not ready included', () => {
    const urls = variables.find(({ name }) => name === 'HEALTH_URLS')?.value.split(',') ?? [];
    expect(urls.map((pair) => pair.split('=')[0])).toEqual([
      ...['order-api', 'order-processor', 'scoring', 'webhooks'],
    ]);
    for (const service of ['order-processor-ops', 'scoring-ops', 'webhooks-ops'])
      expect(
        ofKind(objects, 'Service').find(({ metadata }) => metadata.name === service)?.spec,
      ).toMatchObject({ publishNotReadyAddresses: true });
  });

  it('is refused where its settings and its feature disagree', () => {
    const { operations: _none, ...without } = prod.inputs;
    expect(() => parseInputs(without, 'prod.json')).toThrow(
      /is there if and only if features\.operations is true/,
    );
    const plain = { ...prod.inputs, operations: { ...prod.inputs.operations, issuer: 'http://login' } };
    expect(() => parseInputs(plain, 'prod.json')).toThrow(/operations\.issuer/);
    const { SESSION_SECRET: _secret, ...secrets } = prod.inputs.secrets;
    expect(() => parseInputs({ ...prod.inputs, secrets }, 'prod.json')).toThrow(/secrets\.SESSION_SECRET/);
  });
});

describe('tracing', () => {
  const dev = environmentOf('dev');
  const onNode: Environment = {
    ...dev,
    inputs: { ...dev.inputs, tracing: { share: 10, collector: 'node' } },
  };

  it.each(VARIANTS)('has a collector in each pod of dev with %j, which no pod waits for', (variant) => {
    for (const { spec } of workloadsOf(objectsOf({ ...dev, variant }))) {
      const [collector, ...more] = spec.template.spec.initContainers;
      expect(more).toEqual([]);
      expect(collector).toMatchObject({
        name: 'metrics-collector',
        restartPolicy: 'Always',
        args: ['--config=/etc/collector-traces.yaml'],
        env: [
          { name: 'AWS_REGION', value: 'eu-central-1' },
          { name: 'TRACES_SHARE', value: '25' },
        ],
      });
      expect(collector).not.toHaveProperty('readinessProbe');
      expect(spec.template.spec.containers[0].env).toContainEqual({
        name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
        value: 'http://127.0.0.1:4318',
      });
    }
  });

  it.each(VARIANTS)('leads spans to the collector of the node with %j', (variant) => {
    const objects = objectsOf({ ...onNode, variant });
    for (const { spec } of workloadsOf(objects)) {
      expect(spec.template.spec).not.toHaveProperty('initContainers');
      expect(spec.template.spec.containers[0].env).toContainEqual({
        name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
        value: 'http://otel-collector.observability.svc:4318',
      });
    }
    const scoring = ofKind(objects, 'NetworkPolicy').find(({ metadata }) => metadata.name === 'scoring');
    expect(scoring?.spec.egress).toContainEqual({
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'observability' } },
          podSelector: { matchLabels: { 'app.kubernetes.io/name': 'opentelemetry-collector' } },
        },
      ],
      ports: [{ port: 4_318, protocol: 'TCP' }],
    });
  });

  it('takes credentials of the cluster where Vault serves the process, whose files it does not see', () => {
    const [vault] = VARIANTS;
    const irsa = { ...dev.cluster, identity: 'irsa' as const };
    const objects = objectsOf({ ...dev, cluster: irsa, variant: vault as never });
    for (const { metadata } of ofKind(objects, 'ServiceAccount'))
      expect(metadata.annotations).toHaveProperty(['eks.amazonaws.com/role-arn']);
    for (const { metadata, spec } of workloadsOf(objects))
      expect(spec.template.metadata.annotations).toMatchObject({
        'vault.hashicorp.com/agent-inject-containers': metadata.name,
      });
  });

  it('is refused without the image of the collector', () => {
    const { 'metrics-collector': _image, ...images } = dev.inputs.images;
    expect(() => parseInputs({ ...dev.inputs, images }, 'dev.json')).toThrow(/images.*metrics-collector/);
  });
});

describe('a canary', () => {
  it.each(VARIANTS)('starts at 5 % and takes itself back with %j', (variant) => {
    const context = { ...prod, variant };
    for (const { metadata, spec } of ofKind(objectsOf(context), 'Rollout')) {
      const { steps, analysis, trafficRouting } = spec.strategy.canary;
      expect(steps.flatMap((step: { setWeight?: number }) => step.setWeight ?? [])).toEqual([5, 25, 50, 100]);
      expect(analysis.templates).toEqual([{ templateName: metadata.name }]);
      const byProxy = {
        'order-api': true,
        scoring: variant.ingress === 'istio',
        'order-processor': false,
        webhooks: false,
      };
      expect(trafficRouting !== undefined).toBe(byProxy[metadata.name as 'scoring']);
    }
  });

  it('asks only for metrics that the services have, with the limits of the alarms', () => {
    const templates = ofKind(objectsOf({ ...prod, variant: external as never }), 'AnalysisTemplate');
    const metrics = templates.flatMap(({ spec }) => spec.metrics);
    expect(new Set(metrics.map(({ name }) => name))).toEqual(
      new Set([
        ...['errors', 'latency', 'failed-orders', 'dead-letters', 'rpc-errors'],
        'webhook-dead-letters',
      ]),
    );
    const limits = Object.fromEntries(
      metrics.map(({ name, successCondition }) => [name, successCondition.split('<= ')[1]]),
    );
    expect(limits).toEqual({
      errors: '0.01',
      latency: '1',
      'failed-orders': '0.01',
      'dead-letters': '0',
      'rpc-errors': '0.01',
      'webhook-dead-letters': '0',
    });
  });
});
