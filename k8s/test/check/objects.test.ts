/** Namespaces, scaling and pods of hand-made objects with one fault each. */
import { describe, expect, it } from '@jest/globals';
import { checkNamespaces } from '../../src/check/namespaces.ts';
import type { Json, KubernetesObject } from '../../src/check/objects.ts';
import { checkPods } from '../../src/check/pods.ts';
import { checkScaling } from '../../src/check/scaling.ts';
import { VARIANTS } from '../../src/settings/types.ts';
import { environmentOf } from '../support/contexts.ts';
import { toDeployment, toObject } from '../support/objects.ts';

describe('namespaces', () => {
  const environment = environmentOf('prod');
  const context = { ...environment, variant: VARIANTS[0] as (typeof VARIANTS)[number] };
  const namespace = environment.inputs.prefix;
  const metadata = {
    namespace,
    labels: { 'app.kubernetes.io/part-of': 'order-pipeline', 'order-pipeline/environment': 'prod' },
    annotations: { 'argocd.argoproj.io/sync-wave': '-1' },
  };
  const without = (name: string) => ({ ...metadata, labels: { ...metadata.labels, [name]: undefined } });
  const gateway = { ...metadata, namespace: environment.cluster.ingress.istio.namespace };

  it.each<[string, string, Json, string[]]>([
    ['a namespaced object', 'Service', metadata, []],
    ['a certificate of the gateway', 'Certificate', gateway, []],
    ['a service of the gateway', 'Service', gateway, [`is in the namespace ${gateway.namespace}`]],
    [
      'an object without a namespace',
      'Service',
      { ...metadata, namespace: undefined },
      ['is in the namespace undefined'],
    ],
    ['a namespace', 'Namespace', { ...metadata, namespace: undefined }, []],
    ['a namespace in a namespace', 'Namespace', metadata, [`is in the namespace ${namespace}`]],
    ['no part', 'Service', without('app.kubernetes.io/part-of'), ['does not say what it is part of']],
    ['no environment', 'Service', without('order-pipeline/environment'), ['does not say its environment']],
    ['no wave', 'Service', { ...metadata, annotations: {} }, ['has no sync wave']],
    [
      'a wave in words',
      'Service',
      { ...metadata, annotations: { 'argocd.argoproj.io/sync-wave': 'last' } },
      ['has no sync wave'],
    ],
  ])('%s', (_, kind, changes, findings) => {
    expect(checkNamespaces([toObject(kind, 'x', undefined, changes)], context)).toEqual(
      findings.map((finding) => `${kind} x: ${finding}`),
    );
  });

  it('finds objects that are there twice, and that have no metadata', () => {
    const twice = toObject('Service', 'x', undefined, metadata);
    expect(checkNamespaces([twice, twice], context)).toEqual([`Service ${namespace}/x: is there twice`]);
    expect(checkNamespaces([toObject('Namespace', 'x')], context)).toHaveLength(3);
  });
});

describe('scaling', () => {
  const deployment = toDeployment('api', {});
  const scaler = (spec: Json, kind = 'HorizontalPodAutoscaler') =>
    toObject(kind, 'h', { scaleTargetRef: { kind: 'Deployment', name: 'api' }, ...spec });
  const budget = (spec: Json) =>
    toObject('PodDisruptionBudget', 'b', { selector: { matchLabels: { app: 'api' } }, ...spec });
  const two = scaler({ minReplicas: 2, maxReplicas: 4 });
  const one = budget({ maxUnavailable: 1 });

  it.each<[string, KubernetesObject[], string[]]>([
    ['two pods, one of which may go', [deployment, two, one], []],
    ['keda', [deployment, scaler({ minReplicaCount: 1, maxReplicaCount: 1 }, 'ScaledObject'), one], []],
    ['a quarter of the pods, rounded up', [deployment, two, budget({ maxUnavailable: '25%' })], []],
    ['a minimum that leaves one', [deployment, two, budget({ minAvailable: 1 })], []],
    ['a fixed number of pods', [toDeployment('api', {}, { replicas: 1 }), one], []],
    ['a budget without numbers', [deployment, two, budget({})], []],
    [
      'a minimum of all',
      [deployment, two, budget({ minAvailable: '100%' })],
      ['PodDisruptionBudget b: lets none of 2 pods go: no node could be drained'],
    ],
    [
      'a minimum of half of one, rounded up',
      [deployment, scaler({ minReplicas: 1, maxReplicas: 1 }), budget({ minAvailable: '50%' })],
      ['PodDisruptionBudget b: lets none of 1 pods go: no node could be drained'],
    ],
    [
      'no autoscaler',
      [deployment, one],
      ['Deployment api: has 0 autoscalers: they would fight, or nobody decides'],
    ],
    [
      'two autoscalers',
      [deployment, two, two, one],
      ['Deployment api: has 2 autoscalers: they would fight, or nobody decides'],
    ],
    [
      'replicas',
      [toDeployment('api', {}, { replicas: 2 }), two, one],
      ['Deployment api: names replicas, which belong to the autoscaler'],
    ],
    [
      'nothing',
      [deployment, scaler({ maxReplicas: 4 }), one],
      ['HorizontalPodAutoscaler h: scales to nothing'],
    ],
    [
      'a maximum below',
      [deployment, scaler({ minReplicas: 2, maxReplicas: 1 }), one],
      ['HorizontalPodAutoscaler h: has a maximum below its minimum'],
    ],
    [
      'no budget',
      [deployment, two],
      ['Deployment api: has 0 disruption budgets: an eviction needs exactly one'],
    ],
  ])('%s', (_, objects, findings) => {
    expect(checkScaling(objects)).toEqual(findings);
  });
});

describe('pods', () => {
  const get = (path: string) => ({ httpGet: { path, port: 'http' } });
  const container = {
    image: 'registry.example/api:1.0.0',
    ports: [{ name: 'http', containerPort: 8_000 }],
    resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    startupProbe: get('/health'),
    readinessProbe: get('/ready'),
    livenessProbe: get('/health'),
  };
  const pod = (changes: Json = {}, containerChanges: Json = {}) =>
    toDeployment('api', {
      securityContext: { runAsNonRoot: true, runAsUser: 1_000, seccompProfile: { type: 'RuntimeDefault' } },
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 60,
      topologySpreadConstraints: [
        { topologyKey: 'topology.kubernetes.io/zone' },
        { topologyKey: 'kubernetes.io/hostname' },
      ],
      containers: [{ ...container, ...containerChanges }],
      ...changes,
    });
  const {
    startupProbe: _start,
    readinessProbe: _ready,
    livenessProbe: _live,
    ports: _ports,
    ...bare
  } = container;
  const SIDECAR = { ...bare, name: 'collector', restartPolicy: 'Always' };
  const security = (changes: Json) => ({ securityContext: { ...container.securityContext, ...changes } });
  const env = (name: string) => ({ env: [{ name, value: 'x' }, { name: 'JWT_SECRET' }] });

  it.each<[string, Json, Json, string[]]>([
    ['a pod as it should be', {}, {}, []],
    ["the node's network", { hostNetwork: true }, {}, ['shares the network or processes of its node']],
    ["the node's folders", { volumes: [{ hostPath: {} }] }, {}, ['mounts a folder of its node']],
    [
      'no security context',
      { securityContext: undefined },
      {},
      ['runs as root: set runAsNonRoot', 'has no seccomp profile'],
    ],
    [
      'a token',
      { automountServiceAccountToken: true },
      {},
      ['has a token of the API server, and no use for it'],
    ],
    [
      'service links',
      { enableServiceLinks: true },
      {},
      ['gets variables that Kubernetes makes up: set enableServiceLinks'],
    ],
    ['one zone', { topologySpreadConstraints: undefined }, {}, ['does not spread over zones and nodes']],
    [
      'a late stop',
      {},
      { lifecycle: { preStop: { sleep: { seconds: 59 } } } },
      ['is killed before it has drained: allow 89 seconds'],
    ],
    ['privileges', {}, security({ privileged: true }), ['is privileged']],
    [
      'no container context',
      {},
      { securityContext: undefined },
      ['can gain privileges', 'can write to its image', 'keeps capabilities'],
    ],
    [
      'a capability',
      {},
      security({ capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } }),
      ['adds capabilities'],
    ],
    ['the latest image', {}, { image: 'registry.example/api:latest' }, ['runs an image that changes']],
    ['an image without a tag', {}, { image: 'registry.example/api' }, ['runs an image that changes']],
    ['no resources', {}, { resources: undefined }, ['has no requests or limits']],
    [
      'more memory than reserved',
      {},
      { resources: { ...container.resources, limits: { cpu: '1', memory: '2Gi' } } },
      ['may use memory that was not reserved'],
    ],
    [
      'no probe',
      {},
      { livenessProbe: undefined },
      ['has no livenessProbe', 'has a livenessProbe on a port that it does not have'],
    ],
    [
      'a probe of another port',
      {},
      { startupProbe: { httpGet: { path: '/health', port: 9 } } },
      ['has a startupProbe on a port that it does not have'],
    ],
    ['a secret', {}, env('STRIPE_API_KEY'), ['has STRIPE_API_KEY in plain text']],
    ['the path of a secret', {}, env('STRIPE_API_KEY_FILE'), []],
    ['the path of credentials', {}, env('AWS_SHARED_CREDENTIALS_FILE'), []],
    [
      'a probe of another page',
      {},
      { livenessProbe: get('/ready') },
      ['has a livenessProbe of another page than /health'],
    ],
    [
      'a sidecar that the pod waits for',
      { initContainers: [{ ...SIDECAR, restartPolicy: undefined }] },
      {},
      ['waits for the end of collector: set its restartPolicy to Always'],
    ],
    [
      'a sidecar without which the pod is not ready',
      { initContainers: [{ ...SIDECAR, readinessProbe: get('/') }] },
      {},
      ['needs collector: remove its readinessProbe'],
    ],
    [
      'a sidecar that is not confined',
      {
        initContainers: [{ ...SIDECAR, securityContext: { ...container.securityContext, privileged: true } }],
      },
      {},
      ['is privileged'],
    ],
    ['a sidecar', { initContainers: [SIDECAR] }, {}, []],
  ])('%s', (_, changes, containerChanges, findings) => {
    expect(checkPods([pod(changes, containerChanges)])).toEqual(
      findings.map((finding) => `Deployment api: ${finding}`),
    );
  });

  it('a container without ports cannot answer a probe', () => {
    expect(checkPods([pod({}, { ports: undefined })])).toHaveLength(3);
  });

  it('a namespace enforces the restricted standard', () => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    expect(checkPods([toObject('Namespace', 'n', undefined, { labels })])).toEqual([]);
    expect(checkPods([toObject('Namespace', 'n')])).toEqual([
      'Namespace n: does not enforce the restricted Pod Security Standard',
    ]);
  });
});
