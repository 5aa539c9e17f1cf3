/** A security group for each member of the network. They are closed until firewall-rules.ts opens a flow. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Member } from '../decide/flows.ts';

/** Arguments of the groups. */
export interface SecurityGroupsArgs<M extends Member> {
  readonly vpcId: pulumi.Input<string>;
  /** Members that get a group. */
  readonly members: readonly M[];
}

/** The security groups. */
export class SecurityGroups<M extends Member> extends pulumi.ComponentResource {
  readonly ids: Readonly<Record<M, pulumi.Output<string>>>;

  constructor(name: string, args: SecurityGroupsArgs<M>, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:SecurityGroups', name, {}, opts);
    this.ids = Object.fromEntries(
      args.members.map((member) => [member, this.#createGroup(member, args)]),
    ) as Record<M, pulumi.Output<string>>;
    this.registerOutputs({});
  }

  #createGroup(member: M, { vpcId }: SecurityGroupsArgs<M>): pulumi.Output<string> {
    const description = `${member}: see the rules, nothing else is open`;
    return new aws.ec2.SecurityGroup(member, { vpcId, description }, { parent: this }).id;
  }
}
