/** Cluster and service discovery of the tasks. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** Arguments of the cluster. */
export interface ClusterArgs {
  /** Prefix of the names in AWS. */
  readonly prefix: string;
  /** More metrics of each task, at a price. */
  readonly containerInsights: boolean;
}

/** An ECS cluster on Fargate with a Service Connect namespace. */
export class Cluster extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  readonly namespaceArn: pulumi.Output<string>;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Cluster', name, {}, opts);
    const child = { parent: this };
    // API calls find the members, so there is no hosted zone to pay for.
    const namespace = new aws.servicediscovery.HttpNamespace(name, { name: args.prefix }, child);
    const cluster = new aws.ecs.Cluster(
      name,
      {
        name: args.prefix,
        settings: [{ name: 'containerInsights', value: args.containerInsights ? 'enabled' : 'disabled' }],
        serviceConnectDefaults: { namespace: namespace.arn },
      },
      child,
    );
    this.arn = cluster.arn;
    this.name = cluster.name;
    this.namespaceArn = namespace.arn;
    this.registerOutputs({});
  }
}
