/** Queues and tables of packages/contracts in the words of the AWS provider. */
import type { QueueShape } from '@order-pipeline/contracts/queues';
import type { TableShape } from '@order-pipeline/contracts/tables';

/** The attributes of a queue that its shape decides, the redrive policy aside: that one needs an ARN. */
export function toQueueArgs(shape: QueueShape) {
  return {
    visibilityTimeoutSeconds: shape.visibilityTimeoutSeconds,
    messageRetentionSeconds: shape.messageRetentionSeconds,
    receiveWaitTimeSeconds: shape.receiveWaitTimeSeconds,
  };
}

/** The redrive policy of a queue, as SQS reads it. */
export function toRedrivePolicy(deadLetterTargetArn: string, maxReceiveCount: number): string {
  return JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
}

/** Allows only these queues to name a queue as their dead-letter queue. */
export function toRedriveAllowPolicy(sourceQueueArns: readonly string[]): string {
  return JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns });
}

/** The keys, indexes and expiry of a table. */
export function toTableArgs({ hashKey, indexes, ttlAttribute }: TableShape) {
  const keys = [hashKey, ...indexes.flatMap((index) => [index.hashKey, index.rangeKey])];
  return {
    billingMode: 'PAY_PER_REQUEST',
    attributes: keys.map(({ name, type }) => ({ name, type })),
    hashKey: hashKey.name,
    globalSecondaryIndexes: indexes.map((index) => ({
      name: index.name,
      keySchemas: [
        { attributeName: index.hashKey.name, keyType: 'HASH' },
        { attributeName: index.rangeKey.name, keyType: 'RANGE' },
      ],
      projectionType: index.projection,
    })),
    ...(ttlAttribute !== undefined && { ttl: { attributeName: ttlAttribute, enabled: true } }),
  };
}
