/** Configuration of the webhook calls. */
import { exampleQueueUrl, WEBHOOK_QUEUE } from '@order-pipeline/contracts/queues';
import type { Draft, EnvReader } from '@order-pipeline/platform/env';
import { z } from 'zod';

/** Configuration of the webhook calls. */
export interface WebhookConfig {
  readonly queueUrl: string;
  readonly endpointsTable: string;
  readonly deliveriesTable: string;
  /** Users who may receive the events of all orders; `*` for every user. */
  readonly allOrdersUsers: readonly string[];
  /** Accepts endpoints on private addresses and without TLS: in the stage local. */
  readonly allowPrivate: boolean;
}

/** Reads the configuration; undefined, and no webhooks, when WEBHOOK_QUEUE_URL is not set. */
export function readWebhooks(env: EnvReader, local: boolean): Draft<WebhookConfig> | undefined {
  if (!env.isSet('WEBHOOK_QUEUE_URL')) return undefined;
  return {
    queueUrl: env.url('WEBHOOK_QUEUE_URL', ['http:', 'https:'], exampleQueueUrl(WEBHOOK_QUEUE)),
    endpointsTable: env.text('WEBHOOK_ENDPOINTS_TABLE', 'set it to the name of the table'),
    deliveriesTable: env.text('WEBHOOK_DELIVERIES_TABLE', 'set it to the name of the table'),
    allOrdersUsers: env.read('WEBHOOK_ALL_ORDERS_USERS', USERS.default(local ? ['*'] : []), 'set user ids'),
    allowPrivate: local,
  };
}

/** User ids, separated by commas. */
const USERS = z.string().transform((text) =>
  text
    .split(',')
    .map((user) => user.trim())
    .filter((user) => user !== ''),
);
