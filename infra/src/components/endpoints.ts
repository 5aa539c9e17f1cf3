/** Ways to AWS's services that do not leave the network. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { toLayerBucketStatements, toPolicy } from '../decide/permissions.ts';
import type { PrefixLists } from './firewall-rules.ts';

/** Arguments of the endpoints. */
export interface EndpointsArgs {
  readonly region: string;
  readonly vpcId: pulumi.Input<string>;
  readonly subnetIds: pulumi.Output<string[]>;
  readonly routeTableIds: pulumi.Input<string[]>;
  readonly securityGroupId: pulumi.Input<string>;
  /** X-Ray is reached as well. */
  readonly tracing?: boolean;
  /** One address in each zone survives the loss of a zone, and costs that many times as much. */
  readonly everyZone: boolean;
}

/** Services that are reached through an address in the network (7.30 USD a month, zone and service). */
const INTERFACES = ['sqs', 'sns', 'ecr.api', 'ecr.dkr', 'logs', 'secretsmanager'];

/** Endpoints for everything that a task speaks to. */
export class Endpoints extends pulumi.ComponentResource {
  readonly prefixLists: PrefixLists;

  constructor(name: string, args: EndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Endpoints', name, {}, opts);
    const child = { parent: this };
    const subnetIds = args.everyZone ? args.subnetIds : args.subnetIds.apply((ids) => ids.slice(0, 1));
    for (const service of args.tracing ? [...INTERFACES, 'xray'] : INTERFACES) {
      new aws.ec2.VpcEndpoint(
        service,
        {
          vpcId: args.vpcId,
          vpcEndpointType: 'Interface',
          serviceName: `com.amazonaws.${args.region}.${service}`,
          subnetIds,
          securityGroupIds: [args.securityGroupId],
          privateDnsEnabled: true,
        },
        child,
      );
    }
    this.prefixLists = {
      dynamodb: this.#createGateway('dynamodb', args),
      s3: this.#createGateway('s3', args, toPolicy(toLayerBucketStatements(args.region))),
    };
    this.registerOutputs({});
  }

  /** Creates an endpoint that is reached through a route, at no cost; returns the list of its addresses. */
  #createGateway(service: keyof PrefixLists, args: EndpointsArgs, policy?: string): pulumi.Output<string> {
    return new aws.ec2.VpcEndpoint(
      service,
      {
        vpcId: args.vpcId,
        vpcEndpointType: 'Gateway',
        serviceName: `com.amazonaws.${args.region}.${service}`,
        routeTableIds: args.routeTableIds,
        ...(policy && { policy }),
      },
      { parent: this },
    ).prefixListId;
  }
}
