/** The clusters of each environment. Edit these to match your clusters; docs/kubernetes.md explains each. */
import type { ClusterSettings } from './types.ts';

const COMMON: ClusterSettings = {
  identity: 'pod-identity',
  architecture: 'arm64',
  processorScaling: 'keda',
  canary: false,
  trustProxyHops: 1,
  ingress: {
    nginx: {
      namespace: 'ingress-nginx',
      labels: { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' },
    },
    istio: { namespace: 'istio-ingress', labels: { istio: 'ingress' } },
  },
  prometheus: {
    namespace: 'monitoring',
    labels: { 'app.kubernetes.io/name': 'prometheus' },
    address: 'http://prometheus-operated.monitoring.svc:9090',
  },
  vault: {
    namespace: 'vault',
    labels: { 'app.kubernetes.io/name': 'vault' },
    address: 'https://vault.vault.svc:8200',
    kvMount: 'kv',
    awsMount: 'aws',
    authMount: 'kubernetes',
  },
  collector: {
    namespace: 'observability',
    labels: { 'app.kubernetes.io/name': 'opentelemetry-collector' },
    // A Service whose internalTrafficPolicy is Local leads to the collector of the pod's own node.
    address: 'http://otel-collector.observability.svc:4318',
  },
  meshControl: { namespace: 'istio-system', labels: { app: 'istiod' } },
  dns: {
    namespace: 'kube-system',
    labels: { 'k8s-app': 'kube-dns' },
    // EKS Auto Mode serves DNS on the node under the service's address; others run a cache on each node.
    cidrs: ['172.20.0.10/32', '169.254.20.10/32'],
  },
  letsEncrypt: {
    email: 'operations@acme.shop',
    server: 'https://acme-staging-v02.api.letsencrypt.org/directory',
  },
};

/** Settings of every environment's clusters, by the environment's name. */
export const CLUSTERS: Readonly<Record<string, ClusterSettings>> = {
  dev: COMMON,
  prod: {
    ...COMMON,
    canary: true,
    letsEncrypt: {
      email: 'operations@acme.shop',
      server: 'https://acme-v02.api.letsencrypt.org/directory',
    },
  },
};
