/** The topic of order events, as one process reaches it over the simulated network. */
import type { SNSClient } from '@aws-sdk/client-sns';
import type { OrderEvent } from '@order-pipeline/contracts/order-events';
import { EventPublisher, type EventSink } from '@order-pipeline/platform/sns/event-publisher';
import { type AwsClientOptions, awsError, withAwsRetries } from './aws-client.js';
import type { Cloud } from './cloud.js';

interface PublishInput {
  readonly PublishBatchRequestEntries: readonly { readonly Message: string }[];
}

const LATENCY_MS = [2, 12] as const;

/** Creates a publisher. What the topic has taken is in `cloud.published`. */
export function createEvents({ world, network, published }: Cloud, options: AwsClientOptions): EventSink {
  const send = (command: { readonly input: PublishInput }) => {
    const events = command.input.PublishBatchRequestEntries.map(
      ({ Message }) => JSON.parse(Message) as OrderEvent,
    );
    const key = `PublishBatch/${events[0]?.subject ?? ''}`;
    return withAwsRetries(world, options, `sns/${key}`, undefined, () =>
      network.call({
        target: 'sns',
        label: 'PublishBatch order-events',
        key,
        timeoutMs: options.requestTimeoutMs,
        latencyMs: LATENCY_MS,
        signal: undefined,
        execute: () => {
          published.push(...events);
          return {};
        },
        toTimeout: () => awsError('TimeoutError', undefined, 'SNS did not answer in time'),
        toServerError: () => awsError('InternalFailure', 500, 'Internal failure'),
      }),
    );
  };
  return new EventPublisher({ sns: { send } as unknown as SNSClient, topicArn: 'order-events' });
}
