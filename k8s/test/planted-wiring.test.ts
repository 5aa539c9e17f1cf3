/** Faults planted in names that lead from one object into another, and the checks that find them. */
import { describe } from '@jest/globals';
import { type PlantedFault, testFaultsAreFound } from './support/planted.ts';

const container = 'k8s/src/workloads/container.ts';
const pod = 'k8s/src/workloads/pod.ts';
const scaling = 'k8s/src/workloads/scaling.ts';
const services = 'k8s/src/workloads/services.ts';
const istio = 'k8s/src/ingress/istio.ts';
const mesh = 'k8s/src/ingress/mesh.ts';
const agent = 'k8s/src/secrets/vault-agent.ts';

const FAULTS: readonly PlantedFault[] = [
  {
    what: 'a Service of a port that pods do not have',
    file: services,
    find: 'targetPort: called.protocol,',
    replace: "targetPort: 'nope',",
    finding: 'dev/nginx-vault: Service order-api: leads to the port nope, which its pods do not have',
  },
  {
    what: 'a caller in the mesh without an account',
    file: mesh,
    find: 'inputs.prefix}/sa/',
    replace: 'inputs.prefix}/sa/no-',
    finding:
      'dev/istio-vault: AuthorizationPolicy scoring: names ServiceAccount no-order-processor, which there is not',
  },
  {
    what: 'an autoscaler of a container that there is not',
    file: scaling,
    find: '            container: service,',
    replace: "            container: 'app',",
    finding:
      'dev/nginx-vault: HorizontalPodAutoscaler order-api: measures the container app, which there is not',
  },
  {
    what: 'KEDA on a container that there is not',
    file: scaling,
    find: 'containerName: service }',
    replace: "containerName: 'app' }",
    finding: 'dev/nginx-vault: ScaledObject webhooks: measures the container app, which there is not',
  },
  {
    what: 'KEDA on a queue of somebody else',
    file: scaling,
    find: 'queueURL: inputs.names[queue],',
    replace: 'queueURL: inputs.names.orderDlqUrl,',
    finding:
      'dev/nginx-vault: ScaledObject webhooks: measures https://sqs.eu-central-1.amazonaws.com/123456789012/order-pipeline-dev-order-dlq, which the process does not read',
  },
  {
    what: 'a spread of other pods',
    file: pod,
    find: 'labelSelector: { matchLabels: toSelector(service) },',
    replace: 'labelSelector: { matchLabels: { app: service } },',
    finding: 'prod/istio-vault: Rollout scoring: spreads other pods than its own',
  },
  {
    what: 'a restart where a dependency is down',
    file: container,
    find: "livenessProbe: {\n      ...get('/health'),",
    replace: "livenessProbe: {\n      ...get('/ready'),",
    finding: 'dev/nginx-vault: Deployment order-api: has a livenessProbe of another page than /health',
  },
  {
    what: 'an endpoint that is not ready',
    file: container,
    find: "readinessProbe: {\n      ...get('/ready'),",
    replace: "readinessProbe: {\n      ...get('/health'),",
    finding: 'dev/nginx-vault: Deployment order-api: has a readinessProbe of another page than /ready',
  },
  {
    what: 'a volume that there is not',
    file: container,
    find: 'volumeMounts: [{ name: SECRETS_VOLUME,',
    replace: "volumeMounts: [{ name: 'other',",
    finding:
      'dev/nginx-external-secrets: Deployment order-api: mounts the volume other, which it does not have',
  },
  {
    what: 'a role of Vault that there is not',
    file: agent,
    find: '/role`]: name,',
    replace: "/role`]: 'other',",
    finding: 'dev/istio-vault: Deployment scoring: logs in to Vault as other, which there is not',
  },
  {
    what: 'a token of Vault from a volume that there is not',
    file: agent,
    find: '-token-volume-name`]: TOKEN_VOLUME,',
    replace: "-token-volume-name`]: 'tokens',",
    finding: 'dev/nginx-vault: Deployment order-api: mounts the volume tokens, which it does not have',
  },
  {
    what: 'an analysis of a version that it does not know',
    file: 'k8s/src/delivery/canary.ts',
    find: 'args: [{ name: HASH_ARGUMENT }], metrics',
    replace: "args: [{ name: 'x' }], metrics",
    finding: 'prod/nginx-vault: AnalysisTemplate order-api: has no argument canary-hash, or is not given it',
  },
  {
    what: 'a namespace by a label that anybody can give',
    file: 'k8s/src/network/policies.ts',
    find: "'kubernetes.io/metadata.name': namespace",
    replace: 'name: namespace',
    finding:
      'dev/nginx-vault: NetworkPolicy order-api: selects a namespace by another label than kubernetes.io/metadata.name',
  },
  {
    what: 'a Gateway of no gateway',
    file: istio,
    find: 'selector: { ...context.cluster.ingress.istio.labels },',
    replace: "selector: { istio: 'nope' },",
    finding: 'dev/istio-vault: Gateway order-api: selects no gateway of the cluster',
  },
  {
    what: 'a host name without a route',
    file: istio,
    find: 'hosts: [domainName],\n      gateways',
    replace: "hosts: ['other.acme.shop'],\n      gateways",
    finding: 'prod/istio-vault: Gateway operations: has no route for operations.acme.shop',
  },
  {
    what: 'a certificate where the gateway does not read it',
    file: 'k8s/src/ingress/certificate.ts',
    find: '? { namespace: context.cluster.ingress.istio.namespace } : {};',
    replace: '? {} : {};',
    finding:
      'dev/istio-vault: Gateway order-api: has no certificate for orders.dev.acme.shop in istio-ingress',
  },
  {
    what: 'calls inside of the mesh in the clear',
    file: mesh,
    find: "mtls: { mode: 'STRICT' }",
    replace: "mtls: { mode: 'PERMISSIVE' }",
    finding: 'dev/istio-vault: PeerAuthentication: does not require mTLS in the namespace',
  },
  {
    what: 'event streams that are held back',
    file: 'k8s/src/ingress/nginx.ts',
    find: "/proxy-buffering`]: 'off',",
    replace: "/proxy-buffering`]: 'on',",
    finding: 'dev/nginx-vault: Ingress order-api: holds event streams back: set proxy-buffering',
  },
  {
    what: 'callers before what they call',
    file: 'k8s/src/model/manifest.ts',
    find: 'callees: 0,',
    replace: 'callees: 2,',
    finding: 'dev/nginx-vault: Deployment order-processor: is applied before scoring, which it calls',
  },
];

describe('npm run k8s', () => {
  testFaultsAreFound(FAULTS);
});
