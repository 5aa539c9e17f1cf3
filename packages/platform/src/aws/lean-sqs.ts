/** The calls of SQS that every order makes, without the SDK's middleware. */
import {
  ChangeMessageVisibilityBatch$,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatch$,
  DeleteMessageBatchCommand,
  ReceiveMessage$,
  ReceiveMessageCommand,
  type ReceiveMessageResult,
  SendMessageBatch$,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { LeanCaller, type LeanCallOptions } from './lean-caller.js';
import type { LeanClient } from './lean-target.js';
import { type LeanOperation, toOperation } from './operation.js';

const QUERY_MODE = { 'x-amzn-query-mode': 'true' };

const OPERATIONS: ReadonlyMap<string | undefined, LeanOperation> = new Map([
  ['SendMessageBatchCommand', toSqsOperation(SendMessageBatchCommand, SendMessageBatch$)],
  ['ReceiveMessageCommand', toSqsOperation(ReceiveMessageCommand, ReceiveMessage$)],
  ['DeleteMessageBatchCommand', toSqsOperation(DeleteMessageBatchCommand, DeleteMessageBatch$)],
  [
    'ChangeMessageVisibilityBatchCommand',
    toSqsOperation(ChangeMessageVisibilityBatchCommand, ChangeMessageVisibilityBatch$),
  ],
]);

function toSqsOperation(...[command, schema]: [Command, Parameters<typeof toOperation>[2]]): LeanOperation {
  return toOperation('AmazonSQS', command, schema, QUERY_MODE);
}

type Command = Parameters<typeof toOperation>[1];

/**
 * Makes the client's batch calls and receives lean. Middleware of the step `initialize`, which observes calls, still sees
 * them; middleware of later steps does not.
 */
export function useLeanCalls(client: SQSClient): void {
  const caller = new LeanCaller(client as unknown as LeanClient);
  // Middleware is not given the options of its call; the input of a command is its own.
  const optionsOf = new WeakMap<object, LeanCallOptions>();
  const send = client.send.bind(client) as (...args: unknown[]) => unknown;
  client.send = ((command: { readonly input: object }, ...rest: unknown[]) => {
    if (rest[0] && typeof rest[0] === 'object') optionsOf.set(command.input, rest[0]);
    return send(command, ...rest);
  }) as typeof client.send;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = OPERATIONS.get(context.commandName);
      if (!operation || hasBinary(args.input as Sent)) return next(args);
      const output = await caller.call<ReceiveMessageResult & { $metadata: object }>(
        operation,
        args.input,
        optionsOf.get(args.input),
      );
      return { output: withBinary(output), response: undefined };
    },
    { step: 'initialize', name: 'leanCalls', priority: 'low' },
  );
}

interface Sent {
  readonly Entries?: readonly {
    readonly MessageAttributes?: Readonly<Record<string, { readonly BinaryValue?: unknown }>>;
  }[];
}

/** Binary attributes are left to the SDK, which encodes them. */
function hasBinary({ Entries = [] }: Sent): boolean {
  return Entries.some(({ MessageAttributes = {} }) =>
    Object.values(MessageAttributes).some(({ BinaryValue }) => BinaryValue !== undefined),
  );
}

/** Binary attributes of received messages are base64 in JSON. */
function withBinary<T extends ReceiveMessageResult>(output: T): T {
  for (const { MessageAttributes = {} } of output.Messages ?? [])
    for (const attribute of Object.values(MessageAttributes))
      if (typeof attribute.BinaryValue === 'string')
        attribute.BinaryValue = new Uint8Array(Buffer.from(attribute.BinaryValue, 'base64'));
  return output;
}
