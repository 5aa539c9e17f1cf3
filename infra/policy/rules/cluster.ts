/** Clusters are closed, audited and encrypted, and only their own pods take on roles. */
import { createRule, demand, type Inspected, isProduction, listOf } from './rule.ts';

interface TrustStatement {
  readonly Sid?: string;
  readonly Principal?: { readonly Service?: unknown; readonly Federated?: unknown };
  readonly Condition?: { readonly StringEquals?: Readonly<Record<string, unknown>> };
}

/** Zones of a cluster at least. */
const ZONES = 3;
const POD_IDENTITY = 'pods.eks.amazonaws.com';

function checkCluster(resource: Inspected): string[] {
  const { vpcConfig, encryptionConfig, accessConfig, enabledClusterLogTypes, deletionProtection } =
    resource.inputs as Readonly<Record<string, never>>;
  const { endpointPublicAccess, publicAccessCidrs, endpointPrivateAccess, subnetIds } = (vpcConfig ??
    {}) as Readonly<Record<string, unknown>>;
  const { resources, provider } = (encryptionConfig ?? {}) as {
    resources?: unknown;
    provider?: { keyArn?: unknown };
  };
  const ranges = listOf(publicAccessCidrs).map(String);
  // Left out, the API server is open to everybody: that is EKS's default.
  const open =
    endpointPublicAccess !== false && (ranges.length === 0 || ranges.some((it) => it.endsWith('/0')));
  return [
    ...demand(
      !open,
      'has an API server open to the Internet: set endpointPublicAccess to false, or name ranges',
    ),
    ...demand(
      endpointPrivateAccess === true,
      'has an API server outside of the network: set endpointPrivateAccess',
    ),
    ...demand(
      listOf(resources).includes('secrets') && provider?.keyArn,
      'keeps secrets in the clear: set encryptionConfig',
    ),
    ...demand(
      (accessConfig as { authenticationMode?: string } | undefined)?.authenticationMode === 'API',
      'admits people by a ConfigMap: set authenticationMode to API',
    ),
    ...demand(
      listOf(enabledClusterLogTypes).includes('audit'),
      'has no audit log: add audit to enabledClusterLogTypes',
    ),
    ...demand(listOf(subnetIds).length >= ZONES, `has fewer than ${ZONES} zones`),
    ...demand(
      !isProduction(resource) || (resource.protect && deletionProtection === true),
      'set protect and deletionProtection in prod',
    ),
  ];
}

function checkTrust({ inputs }: Inspected): string[] {
  if (typeof inputs.assumeRolePolicy !== 'string') return [];
  const { Statement } = JSON.parse(inputs.assumeRolePolicy) as { Statement: TrustStatement[] };
  return listOf(Statement).flatMap((it) => {
    const { Sid = 'a statement', Principal, Condition } = it as TrustStatement;
    const takers =
      typeof Principal === 'string' ? [Principal] : Object.values(Principal ?? {}).flatMap(listOf);
    const names = Object.keys(Condition?.StringEquals ?? {});
    const forPods = listOf(Principal?.Service).includes(POD_IDENTITY) || Principal?.Federated !== undefined;
    const bound = names.some((name) => /kubernetes-service-account$|:sub$/.test(name));
    return [
      ...demand(
        !forPods || bound,
        `${Sid} lets every pod of a cluster take the role: name the service account`,
      ),
      ...demand(!takers.includes('*'), `${Sid} lets everybody take the role: name who may`),
    ];
  });
}

/** EKS clusters and the roles of their pods. */
export const closedClusters = createRule(
  'closed-clusters',
  'Clusters have a closed API server, encrypted secrets, an audit log and three zones; a role belongs to one service account.',
  { 'aws:eks/cluster:Cluster': checkCluster, 'aws:iam/role:Role': checkTrust },
);
