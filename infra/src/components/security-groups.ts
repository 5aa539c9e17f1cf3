/** A security group for each member of the network. They are closed until firewall-rules.ts opens a flow. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { MEMBERS, type Member } from '../decide/flows.ts';

/** What the groups are told. */
export interface SecurityGroupsArgs {
  readonly vpcId: pulumi.Input<string>;
}

/** The security groups. */
export class SecurityGroups extends pulumi.ComponentResource {
  readonly ids: Readonly<Record<Member, pulumi.Output<string>>>;

  constructor(name: string, args: SecurityGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:SecurityGroups', name, {}, opts);
    this.ids = Object.fromEntries(
      MEMBERS.map((member) => [member, this.#createGroup(member, args)]),
    ) as Record<Member, pulumi.Output<string>>;
    this.registerOutputs({});
  }

  #createGroup(member: Member, { vpcId }: SecurityGroupsArgs): pulumi.Output<string> {
    const description = `${member}: see the rules, nothing else is open`;
    return new aws.ec2.SecurityGroup(member, { vpcId, description }, { parent: this }).id;
  }
}
