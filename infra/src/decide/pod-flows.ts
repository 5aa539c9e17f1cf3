/** Connections that pods may open: the flows of the network, less those of ECS's agent, plus those to the cluster's own parts. */

import { OTLP_PORT } from './environment.ts';
import { toDeployedServices } from './features.ts';
import { type Flow, type FlowOptions, toFlows } from './flows.ts';
import { type ResourceArns, toTaskStatements } from './permissions.ts';
import { PORTS, SERVICE_NAMES, type ServiceName } from './services.ts';

/** A part of the cluster that pods talk with. */
export type ClusterPeer =
  | 'cluster-dns'
  | 'pod-identity-agent'
  | 'prometheus'
  | 'vault'
  | 'mesh-control'
  | 'collector';

/** Place of the collector that takes the spans of a pod: in the pod itself, or one that the cluster has on each node. */
export type CollectorPlace = 'sidecar' | 'node';

/** Source of a pod's AWS credentials. */
export type AwsIdentity = 'pod-identity' | 'irsa' | 'vault';

/** One allowed connection of a pod. */
export interface PodFlow {
  readonly from: Flow['from'] | ClusterPeer;
  readonly to: Flow['to'] | ClusterPeer;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
  readonly why: string;
}

/** Options that decide which flows pods need. */
export interface PodFlowOptions extends FlowOptions {
  /** Pods are members of a service mesh. */
  readonly mesh: boolean;
  /** Secrets come from a Vault agent alongside each process. */
  readonly vault: boolean;
  readonly identity: AwsIdentity;
  /** Absent where tracing is off. */
  readonly collector?: {
    readonly place: CollectorPlace;
    /** Source of a sidecar's credentials. It reads a file of Vault once, and so takes those of the cluster. */
    readonly identity: Exclude<AwsIdentity, 'vault'>;
  };
}

const DNS = 53;
const AGENT = 80;
const HTTPS = 443;
const VAULT = 8200;
/** istiod: configuration and certificates of the proxies. */
const MESH_CONTROL = 15_012;
/** Port on which a mesh's proxy serves its own metrics and those of the process, outside of mTLS. */
export const MESH_METRICS_PORT = 15_020;

/** Returns every connection that is allowed to and from pods, without the clients' own to the load balancer. */
export function toPodFlows(options: PodFlowOptions): PodFlow[] {
  const network = toFlows(options)
    .filter((flow) => isPod(flow.from) || isPod(flow.to))
    .filter((flow) => !isOfAgent(flow, options))
    .map((flow): PodFlow => ({ ...flow, protocol: 'TCP' }));
  return withoutRepeats([
    ...network,
    ...toReadinessFlows(options),
    ...toDeployedServices(options.features).flatMap((service) => [
      ...toClusterFlows(service, options),
      ...toCollectorFlows(service, options),
    ]),
  ]);
}

/** Returns each connection once: two parts of a pod may need the same one. */
function withoutRepeats(flows: readonly PodFlow[]): PodFlow[] {
  const toKey = ({ from, to, port, protocol }: PodFlow) => [from, to, port, protocol].join();
  return flows.filter((flow, index) => flows.findIndex((it) => toKey(it) === toKey(flow)) === index);
}

/** Connections of a sidecar that sends spans to X-Ray, or of the process to the collector of its node. */
function toCollectorFlows(service: ServiceName, { collector }: PodFlowOptions): PodFlow[] {
  const flow = (to: PodFlow['to'], port: number, why: string): PodFlow => {
    return { from: service, to, port, protocol: 'TCP', why };
  };
  if (!collector) return [];
  if (collector.place === 'node') return [flow('collector', OTLP_PORT, 'spans')];
  return [
    flow('aws-endpoints', HTTPS, 'X-Ray'),
    ...(collector.identity === 'pod-identity' ? [flow('pod-identity-agent', AGENT, 'AWS credentials')] : []),
  ];
}

/** Services whose readiness the console asks for from pod to pod; on ECS no name leads to their tasks. */
const ASKED_IN_CLUSTERS = ['order-api', 'webhooks'] as const;

function toReadinessFlows({ features }: PodFlowOptions): PodFlow[] {
  if (!features.operations) return [];
  const deployed = toDeployedServices(features);
  return ASKED_IN_CLUSTERS.filter((service) => deployed.includes(service)).map((to) => ({
    from: 'operations',
    to,
    port: PORTS[to].ops,
    protocol: 'TCP',
    why: 'readiness',
  }));
}

/** Returns the port on which Prometheus finds a service's metrics. */
export function toMetricsPort(service: ServiceName, mesh: boolean): number {
  return mesh ? MESH_METRICS_PORT : PORTS[service].ops;
}

function toClusterFlows(service: ServiceName, { mesh, vault, identity }: PodFlowOptions): PodFlow[] {
  const flow = (to: PodFlow['to'], port: number, why: string): PodFlow => {
    return { from: service, to, port, protocol: 'TCP', why };
  };
  const flows = [
    { ...flow('cluster-dns', DNS, 'names'), protocol: 'UDP' as const },
    flow('cluster-dns', DNS, 'long answers'),
    { ...flow(service, toMetricsPort(service, mesh), 'metrics'), from: 'prometheus' as const },
  ];
  if (identity === 'pod-identity') flows.push(flow('pod-identity-agent', AGENT, 'AWS credentials'));
  if (vault) flows.push(flow('vault', VAULT, 'secrets'));
  if (mesh) flows.push(flow('mesh-control', MESH_CONTROL, 'configuration of the proxy'));
  return flows;
}

function isPod(peer: Flow['from']): peer is ServiceName {
  return (SERVICE_NAMES as readonly string[]).includes(peer);
}

/**
 * Returns true for flows that only ECS needs: on Fargate images, logs and secrets pass through the task's own interface,
 * in a cluster through the node's.
 */
function isOfAgent({ from, to }: Flow, options: PodFlowOptions): boolean {
  if (!isPod(from)) return false;
  return (
    to === 's3' || (to === 'aws-endpoints' && options.identity !== 'irsa' && !callsEndpoints(from, options))
  );
}

/** Returns true when the process itself calls AWS services other than DynamoDB, which has a gateway of its own. */
function callsEndpoints(service: ServiceName, { features }: FlowOptions): boolean {
  const actions = toTaskStatements(service, ANY, features).flatMap(({ Action }) => Action);
  return actions.some((action) => !action.startsWith('dynamodb:'));
}

const ANY: ResourceArns = {
  orderQueue: '',
  orderDlq: '',
  orders: '',
  inventory: '',
  payments: '',
  users: '',
  eventsTopic: '',
  webhookQueue: '',
  webhookDlq: '',
  webhookEndpoints: '',
  webhookDeliveries: '',
};
