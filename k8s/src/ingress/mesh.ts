/** Membership in the mesh: annotations of the pods, strict mTLS, and the callers of each service. */
import { AuthorizationPolicy, PeerAuthentication } from '@kubernetes-models/istio/security.istio.io/v1';
import { toDeployedServices } from '../../../infra/src/decide/features.ts';
import { MESH_METRICS_PORT } from '../../../infra/src/decide/pod-flows.ts';
import { PORTS, type ServiceName } from '../../../infra/src/decide/services.ts';
import { type Manifest, toMetadata, toSelector, WAVES } from '../model/manifest.ts';
import { toFlowsOf } from '../network/policies.ts';
import { type Context, isMeshed } from '../settings/types.ts';

/** Account of the gateway's pods, as the chart `gateway` names it after its release. */
const GATEWAY_ACCOUNT = 'istio-ingress';
const VAULT_PORT = '8200';
const IDENTITY_AGENT = '169.254.170.23/32';

/** Returns the annotations that configure the proxy of a pod. Empty outside of a mesh. */
export function toMeshAnnotations(service: ServiceName, context: Context): Record<string, string> {
  if (!isMeshed(context)) return {};
  return {
    // The proxy merges the metrics of the process with its own on a port outside of mTLS, where Prometheus reads them.
    'prometheus.istio.io/merge-metrics': 'true',
    'prometheus.io/scrape': 'true',
    'prometheus.io/port': String(PORTS[service].ops),
    'prometheus.io/path': '/metrics',
    'proxy.istio.io/config': JSON.stringify({
      // Neither a process without a network at its start nor a drain without one at its end.
      holdApplicationUntilProxyStarts: true,
      proxyMetadata: { EXIT_ON_ZERO_ACTIVE_CONNECTIONS: 'true' },
    }),
    // Both are called before the proxy has started, and have TLS or a link of their own.
    'traffic.sidecar.istio.io/excludeOutboundPorts': VAULT_PORT,
    'traffic.sidecar.istio.io/excludeOutboundIPRanges': IDENTITY_AGENT,
    'sidecar.istio.io/proxyCPU': '50m',
    'sidecar.istio.io/proxyCPULimit': '1000m',
    'sidecar.istio.io/proxyMemory': '128Mi',
    'sidecar.istio.io/proxyMemoryLimit': '256Mi',
  };
}

/** Returns strict mTLS for the namespace, and the allowed calls by the identities of the mesh. */
export function toMeshSecurity(context: Context): Manifest[] {
  return [
    new PeerAuthentication({
      metadata: toMetadata(context, 'strict', { wave: WAVES.rules }),
      spec: { mtls: { mode: 'STRICT' } },
    }),
    ...toDeployedServices(context.inputs.features).map((service) => toAuthorization(service, context)),
  ];
}

/** A policy without rules denies every call: a service without callers has none. */
function toAuthorization(service: ServiceName, context: Context): Manifest {
  const rules = toFlowsOf(context)
    // Prometheus reads outside of mTLS: the NetworkPolicy alone decides there.
    .filter(({ to, port }) => to === service && port !== MESH_METRICS_PORT)
    .map(({ from, port }) => ({
      from: [{ source: { principals: [toPrincipal(from, context)] } }],
      to: [{ operation: { ports: [String(port)] } }],
    }));
  return new AuthorizationPolicy({
    metadata: toMetadata(context, service, { service, wave: WAVES.rules }),
    spec: {
      action: 'ALLOW',
      selector: { matchLabels: toSelector(service) },
      ...(rules.length > 0 && { rules }),
    },
  });
}

function toPrincipal(peer: string, { inputs, cluster }: Context): string {
  return peer === 'load-balancer'
    ? `cluster.local/ns/${cluster.ingress.istio.namespace}/sa/${GATEWAY_ACCOUNT}`
    : `cluster.local/ns/${inputs.prefix}/sa/${peer}`;
}
