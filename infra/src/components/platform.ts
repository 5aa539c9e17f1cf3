/** Platform of the services: network, cache, images, cluster and entry. */
import * as pulumi from '@pulumi/pulumi';
import { type ComputeConfig, toFeatures } from '../config/types.ts';
import { MEMBERS, type Member, toFlows } from '../decide/flows.ts';
import { Cache } from './cache.ts';
import { Cluster } from './cluster.ts';
import { Endpoints } from './endpoints.ts';
import { Entry } from './entry.ts';
import { FirewallRules } from './firewall-rules.ts';
import { Images } from './images.ts';
import { Network } from './network.ts';
import { OperationsEntry } from './operations-entry.ts';
import { SecurityGroups } from './security-groups.ts';
import { StoredSecret } from './stored-secret.ts';
import { Waf } from './waf.ts';

/** Arguments of the platform. */
export interface PlatformArgs {
  /** Prefix of the names in AWS. */
  readonly prefix: string;
  readonly region: string;
  readonly protect: boolean;
  readonly compute: ComputeConfig;
  /** Password of the cache. */
  readonly cacheToken: pulumi.Input<string>;
  /** Days in which a deleted secret can be brought back. */
  readonly recoveryDays: number;
}

/** Everything that the services share. */
export class Platform extends pulumi.ComponentResource {
  readonly network: Network;
  readonly groupIds: Readonly<Record<Member, pulumi.Output<string>>>;
  readonly cache: Cache;
  /** `REDIS_URL`, which carries the cache's password. */
  readonly redisUrl: StoredSecret;
  readonly images: Images;
  readonly cluster: Cluster;
  readonly entry: Entry;
  /** Way to the operators' console; undefined where it is off. */
  readonly operationsEntry: OperationsEntry | undefined;

  constructor(name: string, args: PlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Platform', name, {}, opts);
    const { prefix, protect, compute, recoveryDays } = args;
    const child = { parent: this };
    this.network = new Network(
      'network',
      { cidr: compute.vpcCidr, zones: compute.zones, natGateways: compute.natGateways },
      child,
    );
    this.groupIds = new SecurityGroups('groups', { vpcId: this.network.vpcId, members: MEMBERS }, child).ids;
    this.#connect(args);
    this.cache = new Cache(
      'cache',
      {
        nodeType: compute.cacheNodeType,
        nodes: compute.cacheNodes,
        subnetIds: this.network.privateSubnetIds,
        securityGroupId: this.groupIds.cache,
        token: args.cacheToken,
      },
      child,
    );
    this.redisUrl = new StoredSecret('redis-url', { prefix, recoveryDays, value: this.cache.url }, child);
    this.images = new Images('images', { prefix, protect, images: compute.images }, child);
    this.cluster = new Cluster('cluster', { prefix, containerInsights: compute.containerInsights }, child);
    this.entry = new Entry(
      'entry',
      {
        entry: compute.entry,
        vpcId: this.network.vpcId,
        subnetIds: this.network.publicSubnetIds,
        securityGroupId: this.groupIds['load-balancer'],
        protect,
      },
      child,
    );
    this.operationsEntry = this.#createOperationsEntry(compute);
    if (compute.waf) new Waf('waf', { loadBalancerArn: this.entry.loadBalancerArn }, child);
    this.registerOutputs({});
  }

  #createOperationsEntry({ operations, entry }: ComputeConfig): OperationsEntry | undefined {
    if (!operations) return undefined;
    const { vpcId } = this.network;
    return new OperationsEntry(
      'operations-entry',
      {
        entry: this.entry,
        vpcId,
        operations,
        ...('hostedZoneId' in entry && { hostedZoneId: entry.hostedZoneId }),
      },
      { parent: this },
    );
  }

  /** Makes the ways to AWS's services and opens the flows. */
  #connect({ region, protect, compute }: PlatformArgs): void {
    const { vpcId, privateSubnetIds, routeTableIds } = this.network;
    const { prefixLists } = new Endpoints(
      'endpoints',
      {
        region,
        vpcId,
        subnetIds: privateSubnetIds,
        routeTableIds,
        securityGroupId: this.groupIds['aws-endpoints'],
        everyZone: protect,
        tracing: compute.tracing !== undefined,
      },
      { parent: this },
    );
    const flows = toFlows({
      https: compute.entry.scheme === 'https',
      oidc: compute.auth.mode === 'oidc',
      features: toFeatures(compute),
    });
    new FirewallRules('rules', { flows, groupIds: this.groupIds, prefixLists }, { parent: this });
  }
}
