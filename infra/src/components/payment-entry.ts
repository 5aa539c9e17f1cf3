/** The route of Stripe's events to scoring: one path of the load balancer, by POST alone. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { PORTS, STRIPE_PATH } from '../decide/services.ts';
import type { Entry } from './entry.ts';
import { createTargetGroup } from './target-group.ts';

/** Arguments of the entry. */
export interface PaymentEntryArgs {
  readonly entry: Pick<Entry, 'listenerArn'>;
  readonly vpcId: pulumi.Input<string>;
}

/** Before the rule that leads everything to order-api. */
const PRIORITY = 5;

/** A target group of scoring's HTTP port, and the rule that forwards Stripe's events to it. */
export class PaymentEntry extends pulumi.ComponentResource {
  readonly targetGroupArn: pulumi.Output<string>;

  constructor(name: string, args: PaymentEntryArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:PaymentEntry', name, {}, opts);
    const child = { parent: this };
    const group = createTargetGroup('stripe-events', { vpcId: args.vpcId, port: PORTS.scoring.ops }, child);
    new aws.lb.ListenerRule(
      'stripe-events',
      {
        listenerArn: args.entry.listenerArn,
        priority: PRIORITY,
        // The port also serves RPCs and metrics: nothing but this path leads to it.
        conditions: [{ pathPattern: { values: [STRIPE_PATH] } }, { httpRequestMethod: { values: ['POST'] } }],
        actions: [{ type: 'forward', targetGroupArn: group.arn }],
      },
      child,
    );
    this.targetGroupArn = group.arn;
    this.registerOutputs({});
  }
}
