/** A web application firewall before the load balancer: AWS's common rules, and a limit for each address. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** Arguments of the firewall. */
export interface WafArgs {
  readonly loadBalancerArn: pulumi.Input<string>;
}

/** Requests of one address in five minutes; far above the API's own limit of a user. */
const REQUESTS_PER_ADDRESS = 5_000;

/** Sets of rules, with those of their rules that count and do not block. */
const MANAGED: Readonly<Record<string, readonly string[]>> = {
  // It blocks bodies over 8 KB: orders may have 64 KiB and events of Stripe more. The services have limits of their own.
  AWSManagedRulesCommonRuleSet: ['SizeRestrictions_BODY'],
  AWSManagedRulesKnownBadInputsRuleSet: [],
};

/** A web ACL in front of the load balancer. */
export class Waf extends pulumi.ComponentResource {
  constructor(name: string, args: WafArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Waf', name, {}, opts);
    const child = { parent: this };
    const visibility = (metricName: string) => ({
      metricName,
      cloudwatchMetricsEnabled: true,
      sampledRequestsEnabled: false,
    });
    const acl = new aws.wafv2.WebAcl(
      name,
      {
        scope: 'REGIONAL',
        defaultAction: { allow: {} },
        visibilityConfig: visibility(name),
        rules: [
          {
            name: 'rate-per-address',
            priority: 1,
            action: { block: {} },
            statement: { rateBasedStatement: { limit: REQUESTS_PER_ADDRESS, aggregateKeyType: 'IP' } },
            visibilityConfig: visibility('rate-per-address'),
          },
          ...Object.entries(MANAGED).map(([rule, counted], index) => ({
            name: rule,
            priority: index + 2,
            overrideAction: { none: {} },
            statement: {
              managedRuleGroupStatement: {
                vendorName: 'AWS',
                name: rule,
                ruleActionOverrides: counted.map((name) => ({ name, actionToUse: { count: {} } })),
              },
            },
            visibilityConfig: visibility(rule),
          })),
        ],
      },
      child,
    );
    new aws.wafv2.WebAclAssociation(name, { webAclArn: acl.arn, resourceArn: args.loadBalancerArn }, child);
    this.registerOutputs({});
  }
}
