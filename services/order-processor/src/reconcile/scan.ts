/** Scans of whole tables that leave their capacity to those who serve customers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type DynamoDBDocumentClient, ScanCommand, type ScanCommandInput } from '@aws-sdk/lib-dynamodb';

/** Waits; rejects when the signal aborts. */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** How a scan reads. */
export interface ScanPace {
  /** Items that one call reads at most. DynamoDB ends a page at 1 MiB, which is 128 read units, in any case. */
  readonly pageItems: number;
  /** Read units a second at most, on average. */
  readonly readUnitsPerSecond: number;
  readonly pause?: Pause;
}

const sleepUnlessAborted: Pause = async (milliseconds, signal) => {
  await sleep(milliseconds, undefined, { signal });
};

/**
 * The matching items of a table, page by page, read eventually consistently for half the price. After each page it waits
 * until what the page took is paid for. Rejects when the signal aborts.
 */
export async function* scanPages<T>(
  dynamo: DynamoDBDocumentClient,
  input: ScanCommandInput,
  { pageItems, readUnitsPerSecond, pause = sleepUnlessAborted }: ScanPace,
  signal: AbortSignal,
): AsyncGenerator<readonly T[]> {
  let ExclusiveStartKey: ScanCommandInput['ExclusiveStartKey'];
  do {
    const command = new ScanCommand({
      ...input,
      Limit: pageItems,
      ExclusiveStartKey,
      ReturnConsumedCapacity: 'TOTAL',
    });
    const page = await dynamo.send(command, { abortSignal: signal });
    yield (page.Items ?? []) as T[];
    ExclusiveStartKey = page.LastEvaluatedKey;
    const units = page.ConsumedCapacity?.CapacityUnits ?? 0;
    if (ExclusiveStartKey) await pause((units / readUnitsPerSecond) * 1_000, signal);
  } while (ExclusiveStartKey);
}
