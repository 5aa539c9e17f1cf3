/** The one definition of the topics and their subscriptions: the local stack creates them, the Pulumi program deploys them. */

/** An SNS topic. */
export interface TopicShape {
  /** Name within a stack. */
  readonly name: string;
}

/** A queue that receives a topic's messages, raw: without the envelope of SNS. */
export interface SubscriptionShape {
  readonly topic: string;
  readonly queue: string;
}

/** Every terminal status and every refund, as CloudEvents. Attributes `type` and `user_id` serve filter policies. */
export const ORDER_EVENTS_TOPIC: TopicShape = { name: 'order-events' };

/** Every topic. */
export const TOPICS: readonly TopicShape[] = [ORDER_EVENTS_TOPIC];

/** Every subscription. */
export const SUBSCRIPTIONS: readonly SubscriptionShape[] = [
  { topic: ORDER_EVENTS_TOPIC.name, queue: 'webhook-queue' },
];
