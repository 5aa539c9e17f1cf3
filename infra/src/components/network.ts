/** The network: public subnets for the load balancer alone, private ones for everything else. */
import * as aws from '@pulumi/aws';
import * as awsx from '@pulumi/awsx';
import * as pulumi from '@pulumi/pulumi';
import { toSubnetLayout } from '../decide/subnets.ts';

/** Arguments of the network. */
export interface NetworkArgs {
  readonly cidr: string;
  readonly zones: number;
  /** Ways out to the Internet. Nothing here needs one, except for an OpenID issuer. */
  readonly natGateways: 'none' | 'single' | 'perZone';
  /** Marks the subnets for the load balancers of a cluster. */
  readonly loadBalancers?: boolean;
}

const NAT_STRATEGY = { none: 'None', single: 'Single', perZone: 'OnePerAz' } as const;

/** A VPC over several zones. */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: pulumi.Output<string[]>;
  readonly privateSubnetIds: pulumi.Output<string[]>;
  readonly routeTableIds: pulumi.Output<string[]>;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Network', name, {}, opts);
    const child = { parent: this };
    const { publicCidrs, privateCidrs } = toSubnetLayout(args.cidr, args.zones);
    const toTags = (role: string) =>
      args.loadBalancers ? { tags: { [`kubernetes.io/role/${role}`]: '1' } } : {};
    const vpc = new awsx.ec2.Vpc(
      name,
      {
        cidrBlock: args.cidr,
        numberOfAvailabilityZones: args.zones,
        enableDnsHostnames: true,
        natGateways: { strategy: NAT_STRATEGY[args.natGateways] },
        subnetStrategy: 'Auto',
        // Private also without a NAT gateway: adding one later then changes routes and keeps the subnets.
        // Explicit ranges: laid out by awsx, a third zone would move the subnets of the first two.
        subnetSpecs: [
          { type: 'Public', cidrBlocks: [...publicCidrs], ...toTags('elb') },
          { type: 'Private', cidrBlocks: [...privateCidrs], ...toTags('internal-elb') },
        ],
      },
      child,
    );
    // The VPC's default group allows all traffic among its members; without rules it allows none.
    new aws.ec2.DefaultSecurityGroup(name, { vpcId: vpc.vpcId, ingress: [], egress: [] }, child);
    this.vpcId = vpc.vpcId;
    this.publicSubnetIds = vpc.publicSubnetIds;
    this.privateSubnetIds = vpc.privateSubnetIds;
    this.routeTableIds = vpc.routeTables.apply((tables) => pulumi.all(tables.map(({ id }) => id)));
    this.registerOutputs({});
  }
}
