/** The AWS SDK as its documentation shows it, with keep-alive connections: no layer of ours on top. */
import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { AwsCall } from '../../harness/aws-meter.js';
import { toSdkConfig } from '../../harness/sdk-config.js';
import { rewrite } from './calls.js';

/** Makes recorded calls for other orders. */
export interface CallRepeater {
  repeat(
    calls: readonly AwsCall[],
    recordedId: string,
    order: { readonly id: string; readonly shift: number },
  ): Promise<void>;
}

const COMMANDS = {
  GetItem: GetItemCommand,
  BatchGetItem: BatchGetItemCommand,
  PutItem: PutItemCommand,
  UpdateItem: UpdateItemCommand,
  Query: QueryCommand,
} as unknown as Readonly<Record<string, new (input: never) => GetItemCommand>>;

/** Creates a repeater that calls DynamoDB through the SDK. */
export function createSdkRepeater(): CallRepeater {
  const client = new DynamoDBClient(toSdkConfig(5_000));
  return {
    repeat: async (calls, recordedId, { id, shift }) => {
      for (const call of calls) {
        const Command = COMMANDS[call.operation];
        if (!Command) throw new Error(`the floor cannot repeat ${call.operation}`);
        await client.send(new Command(JSON.parse(rewrite(call, recordedId, id, shift)) as never));
      }
    },
  };
}
