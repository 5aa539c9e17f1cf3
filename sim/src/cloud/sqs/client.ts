/** The SQS client of one process. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { World } from '../../kernel/world.js';
import { type AwsClientOptions, awsError, withAwsRetries } from '../aws-client.js';
import type { Network } from '../network.js';
import type { SimSqs, SqsInput } from './service.js';

/** Dependencies of a client. */
export interface SqsClientDeps {
  readonly world: World;
  readonly network: Network;
  readonly sqs: SimSqs;
}

interface SendOptions {
  readonly abortSignal?: AbortSignal;
  readonly requestTimeout?: number;
}

const LATENCY_MS = [2, 12] as const;

/** Creates a client that reaches the simulated SQS over the simulated network. */
export function createSqsClient(
  { world, network, sqs }: SqsClientDeps,
  options: AwsClientOptions,
): SQSClient {
  const send = (command: { readonly input: SqsInput }, { abortSignal, requestTimeout }: SendOptions = {}) => {
    const name = command.constructor.name;
    const key = keyOf(name, command.input);
    return withAwsRetries(world, options, `sqs/${key}`, abortSignal, () =>
      network.call({
        target: 'sqs',
        label: `${name.replace('Command', '')} ${sqs.queue(command.input.QueueUrl).shape.name}`,
        key,
        timeoutMs: requestTimeout ?? options.requestTimeoutMs,
        latencyMs: LATENCY_MS,
        signal: abortSignal,
        execute: (fault) => sqs.run(name, command.input, fault),
        toTimeout: () => awsError('TimeoutError', undefined, 'SQS did not answer in time'),
        toServerError: (fault) =>
          fault === 'throttled'
            ? awsError('RequestThrottled', 403, 'Rate exceeded')
            : awsError('InternalFailure', 500, 'Internal failure'),
      }),
    );
  };
  return { send, destroy: () => undefined } as unknown as SQSClient;
}

/** The command with the message that it is about, where it is about one. */
function keyOf(name: string, input: SqsInput): string {
  const [first] = (input.Entries as Readonly<Record<string, unknown>>[] | undefined) ?? [input];
  const subject = first?.ReceiptHandle ?? orderIn(first?.MessageBody) ?? '';
  return `${name.replace('Command', '')}/${String(subject)}`;
}

function orderIn(body: unknown): string | undefined {
  return typeof body === 'string' ? /"orderId":"([^"]*)"/.exec(body)?.[1] : undefined;
}
