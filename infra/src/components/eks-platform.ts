/** The ground of an EKS stack: network, endpoints, cache and cluster. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { type ComputeConfig, type EksConfig, toFeatures } from '../config/types.ts';
import { toPodFlows } from '../decide/pod-flows.ts';
import { Cache } from './cache.ts';
import { EksCluster } from './eks-cluster.ts';
import { Endpoints } from './endpoints.ts';
import { Network } from './network.ts';
import { SecurityGroups } from './security-groups.ts';

/** Arguments of the platform. */
export interface EksPlatformArgs {
  /** Name of the cluster, and prefix of the names in AWS. */
  readonly prefix: string;
  readonly region: string;
  readonly protect: boolean;
  readonly compute: ComputeConfig;
  readonly eks: EksConfig;
  /** Password of the cache. */
  readonly cacheToken: pulumi.Input<string>;
}

/** Members of the network, besides the cluster's own group. */
const MEMBERS = ['cache', 'aws-endpoints'] as const;

/** Network, cache and cluster. */
export class EksPlatform extends pulumi.ComponentResource {
  readonly cluster: EksCluster;
  readonly cache: Cache;

  constructor(name: string, args: EksPlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:EksPlatform', name, {}, opts);
    const { prefix, region, protect, compute, eks } = args;
    const child = { parent: this };
    const network = new Network(
      'network',
      { cidr: compute.vpcCidr, zones: compute.zones, natGateways: compute.natGateways, loadBalancers: true },
      child,
    );
    const subnetIds = network.privateSubnetIds;
    const groupIds = new SecurityGroups('groups', { vpcId: network.vpcId, members: MEMBERS }, child).ids;
    new Endpoints(
      'endpoints',
      {
        region,
        vpcId: network.vpcId,
        subnetIds,
        routeTableIds: network.routeTableIds,
        securityGroupId: groupIds['aws-endpoints'],
        everyZone: protect,
        tracing: compute.tracing?.collector === 'sidecar',
      },
      child,
    );
    this.cache = new Cache(
      'cache',
      {
        nodeType: compute.cacheNodeType,
        nodes: compute.cacheNodes,
        subnetIds,
        securityGroupId: groupIds.cache,
        token: args.cacheToken,
      },
      child,
    );
    this.cluster = new EksCluster('cluster', { name: prefix, eks, subnetIds, protect }, child);
    this.#connect(compute, groupIds);
    this.registerOutputs({});
  }

  /** Opens the members to the cluster, on the ports of the pods' flows; NetworkPolicies decide which pod uses which. */
  #connect(
    compute: ComputeConfig,
    groupIds: Readonly<Record<(typeof MEMBERS)[number], pulumi.Output<string>>>,
  ) {
    const flows = toPodFlows({
      https: true,
      oidc: compute.auth.mode === 'oidc',
      features: toFeatures(compute),
      mesh: false,
      vault: false,
      identity: 'pod-identity',
      ...(compute.tracing && {
        collector: { place: compute.tracing.collector, identity: 'pod-identity' as const },
      }),
    });
    for (const member of MEMBERS) {
      for (const port of new Set(flows.filter(({ to }) => to === member).map((flow) => flow.port))) {
        new aws.vpc.SecurityGroupIngressRule(
          `cluster-to-${member}-${port}`,
          {
            ipProtocol: 'tcp',
            fromPort: port,
            toPort: port,
            description: 'pods and nodes of the cluster',
            securityGroupId: groupIds[member],
            referencedSecurityGroupId: this.cluster.securityGroupId,
          },
          { parent: this },
        );
      }
    }
  }
}
