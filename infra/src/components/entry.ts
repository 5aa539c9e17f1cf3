/** The entry: a load balancer before order-api, with two target groups between which deployments shift traffic. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { EntryConfig } from '../config/types.ts';
import { PORTS } from '../decide/services.ts';
import { Certificate } from './certificate.ts';
import { createTargetGroup } from './target-group.ts';

/** Arguments of the entry. */
export interface EntryArgs {
  readonly entry: EntryConfig;
  readonly vpcId: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<string[]>;
  readonly securityGroupId: pulumi.Input<string>;
  readonly protect: boolean;
}

/** TLS 1.3 and 1.2 with forward secrecy. */
const TLS_POLICY = 'ELBSecurityPolicy-TLS13-1-2-2021-06';

/** The load balancer, its listeners and target groups. */
export class Entry extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;
  readonly loadBalancerArn: pulumi.Output<string>;
  /** The part of the ARN that CloudWatch names a load balancer by. */
  readonly arnSuffix: pulumi.Output<string>;
  readonly targetGroupArn: pulumi.Output<string>;
  /** Target group of a canary's tasks. */
  readonly alternateTargetGroupArn: pulumi.Output<string>;
  readonly listenerArn: pulumi.Output<string>;
  /** Name of the load balancer in the DNS, and the zone of that name. */
  readonly dnsName: pulumi.Output<string>;
  readonly dnsZoneId: pulumi.Output<string>;
  /** The rule whose weights a deployment shifts. */
  readonly listenerRuleArn: pulumi.Output<string>;

  constructor(name: string, args: EntryArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Entry', name, {}, opts);
    const { entry } = args;
    const balancer = new aws.lb.LoadBalancer(
      name,
      {
        loadBalancerType: 'application',
        internal: false,
        subnets: args.subnetIds,
        securityGroups: [args.securityGroupId],
        dropInvalidHeaderFields: true,
        desyncMitigationMode: 'strictest',
        enableDeletionProtection: args.protect,
        idleTimeout: 60,
      },
      { parent: this },
    );
    const [primary, alternate] = ['primary', 'alternate'].map((slot) =>
      this.#createTargetGroup(slot, args),
    ) as [aws.lb.TargetGroup, aws.lb.TargetGroup];
    const listener = this.#createListeners(balancer, entry);
    const rule = this.#createRules(listener, primary, alternate);
    if (entry.scheme === 'https' && 'hostedZoneId' in entry) {
      new aws.route53.Record(
        name,
        {
          zoneId: entry.hostedZoneId,
          name: entry.domainName,
          type: 'A',
          aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true }],
        },
        { parent: this },
      );
    }
    this.url =
      entry.scheme === 'https'
        ? pulumi.output(`https://${entry.domainName}`)
        : pulumi.interpolate`http://${balancer.dnsName}`;
    this.loadBalancerArn = balancer.arn;
    this.arnSuffix = balancer.arnSuffix;
    this.dnsName = balancer.dnsName;
    this.dnsZoneId = balancer.zoneId;
    this.targetGroupArn = primary.arn;
    this.alternateTargetGroupArn = alternate.arn;
    this.listenerArn = listener.arn;
    this.listenerRuleArn = rule.arn;
    this.registerOutputs({});
  }

  #createTargetGroup(slot: string, { vpcId }: EntryArgs): aws.lb.TargetGroup {
    return createTargetGroup(
      slot,
      {
        vpcId,
        port: PORTS['order-api'].ops,
        loadBalancingAlgorithmType: 'least_outstanding_requests',
      },
      { parent: this },
    );
  }

  #createListeners(balancer: aws.lb.LoadBalancer, entry: EntryConfig): aws.lb.Listener {
    const child = { parent: this };
    // Requests that match no rule get 404.
    const nothing = {
      type: 'fixed-response',
      fixedResponse: { statusCode: '404', contentType: 'text/plain', messageBody: 'Not found' },
    };
    const base = { loadBalancerArn: balancer.arn };
    if (entry.scheme === 'http') {
      return new aws.lb.Listener(
        'http',
        { ...base, port: 80, protocol: 'HTTP', defaultActions: [nothing] },
        child,
      );
    }
    const redirect = {
      type: 'redirect',
      redirect: { protocol: 'HTTPS', port: '443', statusCode: 'HTTP_301' },
    };
    new aws.lb.Listener('http', { ...base, port: 80, protocol: 'HTTP', defaultActions: [redirect] }, child);
    const certificateArn =
      'certificateArn' in entry
        ? entry.certificateArn
        : new Certificate('api', { domainName: entry.domainName, hostedZoneId: entry.hostedZoneId }, child)
            .arn;
    return new aws.lb.Listener(
      'https',
      {
        ...base,
        port: 443,
        protocol: 'HTTPS',
        sslPolicy: TLS_POLICY,
        certificateArn,
        defaultActions: [nothing],
      },
      child,
    );
  }

  #createRules(
    listener: aws.lb.Listener,
    primary: aws.lb.TargetGroup,
    alternate: aws.lb.TargetGroup,
  ): aws.lb.ListenerRule {
    const child = { parent: this };
    // order-api shows its metrics on its only port; they are for the inside.
    new aws.lb.ListenerRule(
      'hide-metrics',
      {
        listenerArn: listener.arn,
        priority: 1,
        conditions: [{ pathPattern: { values: ['/metrics', '/metrics/*'] } }],
        actions: [
          {
            type: 'fixed-response',
            fixedResponse: { statusCode: '404', contentType: 'text/plain', messageBody: 'Not found' },
          },
        ],
      },
      child,
    );
    return new aws.lb.ListenerRule(
      'forward',
      {
        listenerArn: listener.arn,
        priority: 10,
        conditions: [{ pathPattern: { values: ['/*'] } }],
        actions: [
          {
            type: 'forward',
            forward: {
              targetGroups: [
                { arn: primary.arn, weight: 100 },
                { arn: alternate.arn, weight: 0 },
              ],
            },
          },
        ],
      },
      // Deployments shift the weights; putting them back here would undo one half-way.
      { ...child, ignoreChanges: ['actions'] },
    );
  }
}
