/** The role with which ECS shifts traffic between the target groups of a canary deployment. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { toPolicy, toTrafficStatements, toTrustPolicy } from '../decide/permissions.ts';

/** Arguments of the role: the only resources that it may change. */
export interface CanaryRoleArgs {
  readonly listenerRuleArn: pulumi.Input<string>;
  readonly targetGroupArns: pulumi.Input<string>[];
}

/** A role that ECS takes on during a deployment. */
export class CanaryRole extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: CanaryRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:CanaryRole', name, {}, opts);
    const child = { parent: this };
    const role = new aws.iam.Role(name, { assumeRolePolicy: toTrustPolicy('ecs.amazonaws.com') }, child);
    new aws.iam.RolePolicy(
      name,
      {
        role: role.id,
        policy: pulumi
          .all([args.listenerRuleArn, pulumi.all(args.targetGroupArns)])
          .apply(([rule, groups]) => toPolicy(toTrafficStatements(rule, groups))),
      },
      child,
    );
    this.arn = role.arn;
    this.registerOutputs({});
  }
}
