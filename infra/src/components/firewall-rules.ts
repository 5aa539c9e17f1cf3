/** One rule on either side of each allowed connection. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { type Flow, isMember, type Member } from '../decide/flows.ts';

/** Arguments of the rules. */
export interface FirewallRulesArgs {
  readonly flows: readonly Flow[];
  readonly groupIds: Readonly<Record<Member, pulumi.Input<string>>>;
  readonly prefixLists: PrefixLists;
}

/** The addresses of AWS's services with gateway endpoints. */
export interface PrefixLists {
  readonly dynamodb: pulumi.Input<string>;
  readonly s3: pulumi.Input<string>;
}

/** Peer of a rule: one of the fields of a security group rule. */
type Peer =
  | { readonly referencedSecurityGroupId: pulumi.Input<string> }
  | { readonly prefixListId: pulumi.Input<string> }
  | { readonly cidrIpv4: string };

/** The rules of all security groups. */
export class FirewallRules extends pulumi.ComponentResource {
  constructor(name: string, args: FirewallRulesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:FirewallRules', name, {}, opts);
    const child = { parent: this };
    for (const { from, to, port, why } of args.flows) {
      const flow = `${from}-to-${to}-${port}`;
      const rule = { ipProtocol: 'tcp', fromPort: port, toPort: port, description: why };
      if (isMember(to)) {
        const inward = { ...rule, securityGroupId: args.groupIds[to], ...toPeer(from, args) };
        new aws.vpc.SecurityGroupIngressRule(flow, inward, child);
      }
      if (isMember(from)) {
        const outward = { ...rule, securityGroupId: args.groupIds[from], ...toPeer(to, args) };
        new aws.vpc.SecurityGroupEgressRule(flow, outward, child);
      }
    }
    this.registerOutputs({});
  }
}

function toPeer(peer: Flow['from'], { groupIds, prefixLists }: FirewallRulesArgs): Peer {
  if (isMember(peer)) return { referencedSecurityGroupId: groupIds[peer] };
  if (peer === 'internet') return { cidrIpv4: '0.0.0.0/0' };
  return { prefixListId: prefixLists[peer] };
}
