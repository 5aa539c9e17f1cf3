/** Queues that receive the messages of topics, raw: the subscriptions of packages/contracts. */
import { SUBSCRIPTIONS } from '@order-pipeline/contracts/topics';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Queues } from './queues.ts';
import type { Topics } from './topics.ts';

/** Arguments of the subscriptions. */
export interface SubscriptionsArgs {
  readonly topics: Topics;
  readonly queues: Queues;
  /** Names of the queues that are read in this stack. */
  readonly subscribed: readonly string[];
}

/** The subscriptions of the queues that are read. */
export class Subscriptions extends pulumi.ComponentResource {
  constructor(name: string, args: SubscriptionsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Subscriptions', name, {}, opts);
    for (const { topic, queue } of SUBSCRIPTIONS) {
      if (!args.subscribed.includes(queue)) continue;
      new aws.sns.TopicSubscription(
        `${topic}-to-${queue}`,
        {
          topic: args.topics.get(topic).arn,
          protocol: 'sqs',
          endpoint: args.queues.get(queue).arn,
          rawMessageDelivery: true,
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
