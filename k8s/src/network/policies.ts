/** NetworkPolicies: nothing is open but the flows of infra/src/decide/pod-flows. */
import { type INetworkPolicyPeer, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { toDeployedServices } from '../../../infra/src/decide/features.ts';
import { type PodFlow, toPodFlows } from '../../../infra/src/decide/pod-flows.ts';
import type { ServiceName } from '../../../infra/src/decide/services.ts';
import { type Manifest, toMetadata, toSelector, WAVES } from '../model/manifest.ts';
import { type Context, isMeshed, type PodPeer, toCollectorPlace, toIdentity } from '../settings/types.ts';

/** Ranges that are not the Internet. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '100.64.0.0/10'];
/** Address of the EKS Pod Identity agent on each node. */
const IDENTITY_AGENT = '169.254.170.23/32';

/** Returns the flows of a context's pods. */
export function toFlowsOf(context: Context): PodFlow[] {
  const place = toCollectorPlace(context);
  return toPodFlows({
    https: true,
    oidc: context.inputs.auth.mode === 'oidc',
    features: context.inputs.features,
    mesh: isMeshed(context),
    vault: context.variant.secrets === 'vault',
    identity: toIdentity(context),
    ...(place && { collector: { place, identity: context.cluster.identity } }),
  });
}

/** Returns the policy that closes everything, and one for each service that opens its flows. */
export function toNetworkPolicies(context: Context): Manifest[] {
  const flows = toFlowsOf(context);
  const closed = new NetworkPolicy({
    metadata: toMetadata(context, 'closed', { wave: WAVES.foundation }),
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  });
  return [
    closed,
    ...toDeployedServices(context.inputs.features).map((service) => toPolicy(service, flows, context)),
  ];
}

function toPolicy(service: ServiceName, flows: readonly PodFlow[], context: Context): Manifest {
  const ports = ({ port, protocol }: PodFlow) => [{ port, protocol }];
  return new NetworkPolicy({
    metadata: toMetadata(context, service, { service, wave: WAVES.foundation }),
    spec: {
      podSelector: { matchLabels: toSelector(service) },
      policyTypes: ['Ingress', 'Egress'],
      ingress: flows
        .filter(({ to }) => to === service)
        .map((flow) => ({ from: toPeers(flow.from, context), ports: ports(flow) })),
      egress: flows
        .filter(({ from }) => from === service)
        .map((flow) => ({ to: toPeers(flow.to, context), ports: ports(flow) })),
    },
  });
}

/** Returns the addresses of a peer. None would mean everybody: every peer has some. */
export function toPeers(peer: PodFlow['to'], context: Context): INetworkPolicyPeer[] {
  const { cluster, inputs, variant } = context;
  switch (peer) {
    case 'load-balancer':
      return [toPods(cluster.ingress[variant.ingress])];
    case 'cache':
    case 'aws-endpoints':
      return inputs.network.privateCidrs.map(toRange);
    case 'dynamodb':
      return inputs.network.dynamodbCidrs.map(toRange);
    case 'internet':
      return [{ ipBlock: { cidr: '0.0.0.0/0', except: PRIVATE } }];
    case 'cluster-dns':
      return [toPods(cluster.dns), ...cluster.dns.cidrs.map(toRange)];
    case 'pod-identity-agent':
      return [toRange(IDENTITY_AGENT)];
    case 'prometheus':
      return [toPods(cluster.prometheus)];
    case 'vault':
      return [toPods(cluster.vault)];
    case 'collector':
      return [toPods(cluster.collector)];
    case 'mesh-control':
      return [toPods(cluster.meshControl)];
    case 's3':
      throw new Error('Pods have no flow to S3: their nodes pull the images');
    default:
      return [{ podSelector: { matchLabels: toSelector(peer) } }];
  }
}

function toPods({ namespace, labels }: PodPeer): INetworkPolicyPeer {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: { ...labels } },
  };
}

function toRange(cidr: string): INetworkPolicyPeer {
  return { ipBlock: { cidr } };
}
