/** Valkey for rate limits, idempotency keys, the status feed and fraud counters: TLS, a password, and a standby in production. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** Arguments of the cache. */
export interface CacheArgs {
  readonly nodeType: string;
  /** Nodes; from two on one takes over when the primary fails, in another zone. */
  readonly nodes: number;
  readonly subnetIds: pulumi.Input<string[]>;
  readonly securityGroupId: pulumi.Input<string>;
  readonly token: pulumi.Input<string>;
}

/** A Valkey replication group. */
export class Cache extends pulumi.ComponentResource {
  /** Host of the primary node. */
  readonly endpoint: pulumi.Output<string>;
  /** `REDIS_URL`, a secret: the password is in it. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: CacheArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Cache', name, {}, opts);
    const child = { parent: this };
    const standby = args.nodes > 1;
    const subnets = new aws.elasticache.SubnetGroup(name, { subnetIds: args.subnetIds }, child);
    const group = new aws.elasticache.ReplicationGroup(
      name,
      {
        description: 'Rate limits, idempotency keys and fraud counters of the order pipeline',
        engine: 'valkey',
        engineVersion: '8.0',
        nodeType: args.nodeType,
        numCacheClusters: args.nodes,
        automaticFailoverEnabled: standby,
        multiAzEnabled: standby,
        subnetGroupName: subnets.name,
        securityGroupIds: [args.securityGroupId],
        atRestEncryptionEnabled: true,
        transitEncryptionEnabled: true,
        transitEncryptionMode: 'required',
        authToken: pulumi.secret(args.token),
        // Nothing in it outlives a day: the services continue without it, so there is nothing to restore.
        snapshotRetentionLimit: 0,
        applyImmediately: true,
      },
      child,
    );
    this.endpoint = group.primaryEndpointAddress;
    this.url = pulumi.secret(
      pulumi.interpolate`rediss://:${args.token}@${group.primaryEndpointAddress}:6379`,
    );
    this.registerOutputs({});
  }
}
