/** Faults planted in the sources, and the checks that find them. */
import { describe, expect, it } from '@jest/globals';
import { renderWithFaults } from './support/faults.ts';
import { type PlantedFault, testFaultsAreFound } from './support/planted.ts';

const container = 'k8s/src/workloads/container.ts';
const pod = 'k8s/src/workloads/pod.ts';
const scaling = 'k8s/src/workloads/scaling.ts';

const FAULTS: readonly PlantedFault[] = [
  {
    what: 'a privileged container',
    file: container,
    find: 'privileged: false',
    replace: 'privileged: true',
    finding: 'prod/istio-vault: Rollout order-api: is privileged',
  },
  {
    what: 'a writable root',
    file: container,
    find: 'readOnlyRootFilesystem: true',
    replace: 'readOnlyRootFilesystem: false',
    finding: 'dev/nginx-vault: Deployment scoring: can write to its image',
  },
  {
    what: 'a missing probe',
    file: container,
    find: 'livenessProbe: {',
    replace: '...false && {',
    finding: 'prod/nginx-vault: Rollout order-processor: has no livenessProbe',
  },
  {
    what: 'a misspelt field',
    file: container,
    find: "imagePullPolicy: 'IfNotPresent'",
    replace: "imagePullpolicy: 'IfNotPresent'",
    finding:
      'dev/nginx-vault: Deployment order-api: /spec/template/spec/containers/0/imagePullpolicy is no field',
  },
  {
    what: 'a secret in plain text',
    file: 'infra/src/decide/environment.ts',
    find: 'RATE_LIMIT: inputs.rateLimit,',
    replace: "RATE_LIMIT: inputs.rateLimit, JWT_SECRET: 'k1:0123456789abcdef',",
    finding: 'prod/istio-external-secrets: Rollout order-api: has JWT_SECRET in plain text',
  },
  {
    what: 'a grace period shorter than the drain',
    file: pod,
    find: 'WORKLOADS[service].preStopSeconds + STOP_TIMEOUT_SECONDS',
    replace: 'STOP_TIMEOUT_SECONDS',
    finding: 'prod/nginx-vault: Rollout scoring: is killed before it has drained: allow 35 seconds',
  },
  {
    what: 'a budget that blocks the drain of a single pod',
    file: scaling,
    find: 'maxUnavailable: 1,',
    replace: 'minAvailable: 1,',
    finding:
      'dev/nginx-vault: PodDisruptionBudget order-api: lets none of 1 pods go: no node could be drained',
  },
  {
    what: 'two autoscalers of one workload',
    file: scaling,
    find: '[access, scaled]',
    replace: '[access, scaled, toHpa(service, context)]',
    finding:
      'prod/istio-vault: Rollout order-processor: has 2 autoscalers: they would fight, or nobody decides',
  },
  {
    what: 'a flow that nobody uses',
    file: 'infra/src/decide/flows.ts',
    find: "{ from: 'order-processor', to: 'scoring', port: rpc",
    replace:
      "{ from: 'order-api', to: 'scoring', port: rpc, why: 'x' },\n    { from: 'order-processor', to: 'scoring', port: rpc",
    finding: 'dev/nginx-vault: NetworkPolicy order-api: allows egress on 50051 that nobody uses',
  },
  {
    what: 'a flow that is closed',
    file: 'infra/src/decide/flows.ts',
    find: "{ from: 'scoring', to: 'cache', port: REDIS, why: 'fraud counters' },",
    replace: '',
    finding: 'dev/nginx-vault: NetworkPolicy scoring: does not allow Redis on 6379',
  },
  {
    what: 'a console that asks a Service which does not exist',
    file: 'k8s/src/workloads/services.ts',
    find: 'metadata: toMetadata(context, toOpsHost(service), {',
    replace: "metadata: toMetadata(context, 'lost', {",
    finding:
      'prod/nginx-vault: Deployment operations: names port 8081 of Service scoring-ops, which there is not',
  },
  {
    what: 'a collector that the pod waits for',
    file: 'k8s/src/workloads/collector.ts',
    find: "restartPolicy: 'Always',",
    replace: '',
    finding:
      'dev/nginx-vault: Deployment scoring: waits for the end of metrics-collector: set its restartPolicy to Always',
  },
  {
    what: 'a collector without a limit',
    file: 'k8s/src/workloads/collector.ts',
    find: "limits: { cpu: '500m', memory: MEMORY },",
    replace: '',
    finding: 'dev/istio-vault: Deployment webhooks: has no requests or limits',
  },
  {
    what: 'spans without a way to X-Ray',
    file: 'infra/src/decide/pod-flows.ts',
    find: "flow('aws-endpoints', HTTPS, 'X-Ray'),",
    replace: '',
    finding: 'dev/nginx-vault: NetworkPolicy scoring: does not allow AWS endpoints on 443',
  },
  {
    what: 'a certificate for another host name',
    file: 'k8s/src/ingress/certificate.ts',
    find: '      dnsNames: [domainName],',
    replace: "      dnsNames: ['other.acme.shop'],",
    finding:
      'prod/nginx-vault: Ingress operations: has no certificate for operations.acme.shop in order-pipeline-prod',
  },
  {
    what: 'a secret of Vault that the role may not read',
    file: 'k8s/src/vault/policies.ts',
    find: '.map((secret) => toKvPath(secret, context)),',
    replace: '.map(() => toKvPath("REDIS_URL", context)),',
    finding:
      'dev/nginx-vault: Deployment order-api: reads kv/data/order-pipeline-dev/jwt-secret, which order-pipeline-dev-order-api may not read',
  },
  {
    what: 'a console without a way to its issuer',
    file: 'infra/src/decide/flows.ts',
    find: "{ from: 'operations', to: 'internet', port: HTTPS, why: 'the OpenID issuer, readiness of the API' },",
    replace: '',
    finding: 'prod/nginx-vault: NetworkPolicy operations: does not allow the OpenID issuer on 443',
  },
  {
    what: 'a fixed number of pods that nobody names',
    file: 'k8s/src/workloads/controller.ts',
    find: '...(SINGLE_SERVICES.includes(service) && { replicas: 1 }),',
    replace: '',
    finding:
      'prod/nginx-vault: Deployment operations: has 0 autoscalers: they would fight, or nobody decides',
  },
  {
    what: 'a Service that does not exist',
    file: 'k8s/src/ingress/nginx.ts',
    find: 'const backend = { name: site.service,',
    replace: "const backend = { name: 'order-apis',",
    finding: 'prod/nginx-vault: Ingress order-api: names port http of Service order-apis, which there is not',
  },
  {
    what: 'a selector that selects nothing',
    file: 'k8s/src/observability/monitors.ts',
    find: '...METRICS_LABEL',
    replace: "'order-pipeline/metrics': 'false'",
    finding: 'dev/nginx-vault: ServiceMonitor order-api: reads 0 Services: pods would be read twice or never',
  },
  {
    what: 'a secret that nobody writes',
    file: 'k8s/src/secrets/external-secrets.ts',
    find: 'secretKey: name,',
    replace: 'secretKey: name.toLowerCase(),',
    finding:
      'dev/nginx-external-secrets: Deployment scoring: has REDIS_URL_FILE at /run/secrets/order-pipeline/REDIS_URL, which nobody writes',
  },
  {
    what: 'a canary route that does not exist',
    file: 'k8s/src/ingress/istio.ts',
    find: '{ name: CANARY_ROUTE, route, retries: RETRIES }',
    replace: "{ name: 'main', route, retries: RETRIES }",
    finding: 'prod/istio-vault: Rollout order-api: names the route primary, which there is not',
  },
  {
    what: 'a namespace that admits any pod',
    file: 'k8s/src/network/namespace.ts',
    find: "'pod-security.kubernetes.io/enforce': level,",
    replace: '',
    finding:
      'dev/nginx-vault: Namespace order-pipeline-dev: does not enforce the restricted Pod Security Standard',
  },
];

describe('npm run k8s', () => {
  it('renders from a copy without faults', () => {
    expect(renderWithFaults([])).toEqual({ status: 0, stderr: '', wrote: true });
  });

  testFaultsAreFound(FAULTS);
});
