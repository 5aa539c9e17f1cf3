/** Data that outlives every deployment: queues, tables and secrets. */
import { ORDER_DLQ, ORDER_QUEUE, WEBHOOK_DLQ, WEBHOOK_QUEUE } from '@order-pipeline/contracts/queues';
import {
  INVENTORY_TABLE,
  ORDERS_TABLE,
  PAYMENTS_TABLE,
  USERS_TABLE,
  WEBHOOK_DELIVERIES_TABLE,
  WEBHOOK_ENDPOINTS_TABLE,
} from '@order-pipeline/contracts/tables';
import { ORDER_EVENTS_TOPIC } from '@order-pipeline/contracts/topics';
import * as pulumi from '@pulumi/pulumi';
import type { StackConfig } from '../config/types.ts';
import type { ResourceArns } from '../decide/permissions.ts';
import { Queues } from './queues.ts';
import { Secrets } from './secrets.ts';
import { Subscriptions } from './subscriptions.ts';
import { Tables } from './tables.ts';
import { Topics } from './topics.ts';

/** Arguments of the data. */
export interface DataArgs {
  /** Prefix of the names in AWS. */
  readonly prefix: string;
  readonly config: StackConfig;
  /** Days in which a deleted secret can be brought back. */
  readonly recoveryDays: number;
}

/** Queues, tables and secrets. */
export class Data extends pulumi.ComponentResource {
  readonly queues: Queues;
  readonly tables: Tables;
  readonly topics: Topics;
  readonly secrets: Secrets;

  constructor(
    name: string,
    { prefix, config, recoveryDays }: DataArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super('order-pipeline:infra:Data', name, {}, opts);
    const child = { parent: this };
    const { protect, replicaRegions, signingKeyGeneration, jwtSecretGeneration } = config;
    this.topics = new Topics('topics', { prefix }, child);
    // Without the service that reads the queue, two weeks of events would wait in it.
    const subscribed = config.compute?.webhooks ? [WEBHOOK_QUEUE.name] : [];
    const topics = Object.fromEntries(
      subscribed.map((queue) => [queue, [this.topics.get(ORDER_EVENTS_TOPIC.name).arn]]),
    );
    this.queues = new Queues('queues', { prefix, protect, topics }, child);
    this.tables = new Tables('tables', { prefix, protect, replicaRegions }, child);
    new Subscriptions('subscriptions', { topics: this.topics, queues: this.queues, subscribed }, child);
    this.secrets = new Secrets(
      'secrets',
      { prefix, recoveryDays, signingKeyGeneration, jwtSecretGeneration },
      child,
    );
    this.registerOutputs({});
  }

  /** ARNs, for permissions. */
  arns(): pulumi.Output<ResourceArns> {
    return pulumi.output({
      orderQueue: this.queues.get(ORDER_QUEUE.name).arn,
      orderDlq: this.queues.get(ORDER_DLQ.name).arn,
      orders: this.tables.get(ORDERS_TABLE.name).arn,
      inventory: this.tables.get(INVENTORY_TABLE.name).arn,
      payments: this.tables.get(PAYMENTS_TABLE.name).arn,
      users: this.tables.get(USERS_TABLE.name).arn,
      eventsTopic: this.topics.get(ORDER_EVENTS_TOPIC.name).arn,
      webhookQueue: this.queues.get(WEBHOOK_QUEUE.name).arn,
      webhookDlq: this.queues.get(WEBHOOK_DLQ.name).arn,
      webhookEndpoints: this.tables.get(WEBHOOK_ENDPOINTS_TABLE.name).arn,
      webhookDeliveries: this.tables.get(WEBHOOK_DELIVERIES_TABLE.name).arn,
    });
  }

  /** URLs and names, for services and outputs. */
  names() {
    return {
      orderQueueUrl: this.queues.get(ORDER_QUEUE.name).url,
      orderDlqUrl: this.queues.get(ORDER_DLQ.name).url,
      ordersTable: this.tables.get(ORDERS_TABLE.name).name,
      inventoryTable: this.tables.get(INVENTORY_TABLE.name).name,
      paymentsTable: this.tables.get(PAYMENTS_TABLE.name).name,
      usersTable: this.tables.get(USERS_TABLE.name).name,
      eventsTopicArn: this.topics.get(ORDER_EVENTS_TOPIC.name).arn,
      webhookQueueUrl: this.queues.get(WEBHOOK_QUEUE.name).url,
      webhookDlqUrl: this.queues.get(WEBHOOK_DLQ.name).url,
      webhookEndpointsTable: this.tables.get(WEBHOOK_ENDPOINTS_TABLE.name).name,
      webhookDeliveriesTable: this.tables.get(WEBHOOK_DELIVERIES_TABLE.name).name,
    };
  }

  /** Returns the resources that alarms watch. */
  watched({ webhooks }: { readonly webhooks: boolean }) {
    return {
      ...(webhooks && {
        webhookQueue: this.queues.get(WEBHOOK_QUEUE.name).name,
        webhookDlq: this.queues.get(WEBHOOK_DLQ.name).name,
      }),
      orderQueue: this.queues.get(ORDER_QUEUE.name).name,
      orderDlq: this.queues.get(ORDER_DLQ.name).name,
      // A throttled webhook table delays deliveries; the alarm on the age of their queue shows it.
      tables: [ORDERS_TABLE, INVENTORY_TABLE, PAYMENTS_TABLE, USERS_TABLE].map(
        (shape) => this.tables.get(shape.name).name,
      ),
    };
  }
}
