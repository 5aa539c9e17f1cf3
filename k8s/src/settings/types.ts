/** Settings of an environment and its variants. */

import type { ManifestInputs } from '../../../infra/src/decide/manifest-inputs.ts';
import type { AwsIdentity, CollectorPlace } from '../../../infra/src/decide/pod-flows.ts';

/** Ingress controller. */
export type IngressKind = 'nginx' | 'istio';

/** Source of the secrets. */
export type SecretsKind = 'vault' | 'external-secrets';

/** One of the rendered combinations. */
export interface Variant {
  readonly ingress: IngressKind;
  readonly secrets: SecretsKind;
}

/** Pods of another part of the cluster, for network policies. */
export interface PodPeer {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Components installed in a cluster, and their use by this system. */
export interface ClusterSettings {
  /** Source of AWS credentials where Vault does not issue them. */
  readonly identity: Exclude<AwsIdentity, 'vault'>;
  /** Architecture of the images: Pulumi builds them for ARM64. */
  readonly architecture: 'arm64' | 'amd64';
  /** `keda` scales order-processor by its backlog and by CPU; `cpu` is for clusters without KEDA. */
  readonly processorScaling: 'keda' | 'cpu';
  /** New versions take over step by step by Argo Rollouts; otherwise by Deployments. */
  readonly canary: boolean;
  /** Proxies between clients and order-api that write X-Forwarded-For. */
  readonly trustProxyHops: number;
  readonly ingress: Readonly<Record<IngressKind, PodPeer>>;
  readonly prometheus: PodPeer & { readonly address: string };
  readonly vault: PodPeer & {
    readonly address: string;
    /** Mount of the key-value engine, version 2. */
    readonly kvMount: string;
    /** Mount of the AWS engine. */
    readonly awsMount: string;
    /** Mount of the Kubernetes auth method. */
    readonly authMount: string;
  };
  readonly meshControl: PodPeer;
  /** Collectors on the nodes, where the stack's tracesCollector is `node`. */
  readonly collector: PodPeer & { readonly address: string };
  readonly dns: PodPeer & {
    /** Resolvers that are no pods: the cluster's DNS address where a node serves it, and node-local caches. */
    readonly cidrs: readonly string[];
  };
  readonly letsEncrypt: { readonly email: string; readonly server: string };
}

/** One environment. */
export interface Environment {
  readonly name: string;
  readonly inputs: ManifestInputs;
  readonly cluster: ClusterSettings;
}

/** Everything that a manifest is derived from. */
export interface Context extends Environment {
  readonly variant: Variant;
}

/** Every rendered combination. */
export const VARIANTS: readonly Variant[] = [
  { ingress: 'nginx', secrets: 'vault' },
  { ingress: 'nginx', secrets: 'external-secrets' },
  { ingress: 'istio', secrets: 'vault' },
  { ingress: 'istio', secrets: 'external-secrets' },
];

/** Returns the folder name of a variant, such as `istio-vault`. */
export function toVariantName({ ingress, secrets }: Variant): string {
  return `${ingress}-${secrets}`;
}

/** Returns where pods of this context get AWS credentials. */
export function toIdentity({ variant, cluster }: Context): AwsIdentity {
  return variant.secrets === 'vault' ? 'vault' : cluster.identity;
}

/** Returns true when pods are members of the mesh. */
export function isMeshed({ variant }: Pick<Context, 'variant'>): boolean {
  return variant.ingress === 'istio';
}

/** Returns the place of the collector of spans; undefined where tracing is off. */
export function toCollectorPlace({ inputs }: Pick<Context, 'inputs'>): CollectorPlace | undefined {
  return inputs.tracing?.collector;
}
