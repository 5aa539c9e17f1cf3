/** One value in Secrets Manager. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** Arguments of a stored secret. */
export interface StoredSecretArgs {
  /** Prefix of the name in AWS. */
  readonly prefix: string;
  /** Days in which a deleted secret can be brought back; 0 deletes at once. */
  readonly recoveryDays: number;
  readonly value: pulumi.Input<string>;
}

/** A secret and its current version. */
export class StoredSecret extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  /** Name in Secrets Manager. */
  readonly name: pulumi.Output<string>;
  /** Value for `secrets[].valueFrom` of a container definition. */
  readonly valueFrom: pulumi.Output<string>;

  constructor(name: string, args: StoredSecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:StoredSecret', name, {}, opts);
    const child = { parent: this };
    const secret = new aws.secretsmanager.Secret(
      name,
      { name: `${args.prefix}/${name}`, recoveryWindowInDays: args.recoveryDays },
      child,
    );
    const version = new aws.secretsmanager.SecretVersion(
      name,
      { secretId: secret.id, secretString: pulumi.secret(args.value) },
      child,
    );
    this.arn = secret.arn;
    this.name = secret.name;
    // With the version in the reference a new value is a new task definition, and services restart on it by themselves.
    this.valueFrom = pulumi.interpolate`${secret.arn}:::${version.versionId}`;
    this.registerOutputs({});
  }
}
