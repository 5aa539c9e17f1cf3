/** Scans of whole tables that leave their capacity to callers that serve customers. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MalformedItemError } from '@order-pipeline/platform/dynamo/errors';
import type { PageToken, ScanOptions, Table } from '@order-pipeline/platform/dynamo/table';

/** Waits; rejects when the signal aborts. */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Pace of a scan. */
export interface ScanPace {
  /** Items that one call reads at most. DynamoDB ends a page at 1 MiB, which is 128 read units, in any case. */
  readonly pageItems: number;
  /** Read units a second at most, on average. */
  readonly readUnitsPerSecond: number;
  readonly pause?: Pause;
}

/** A page of a scan. */
export interface ScannedItems<P> {
  readonly items: readonly P[];
  readonly malformed: readonly MalformedItemError[];
  /** Read units that the page took. */
  readonly readUnits: number;
  /** Present when there may be more. */
  readonly nextPageToken?: PageToken;
}

const sleepUnlessAborted: Pause = async (milliseconds, signal) => {
  await sleep(milliseconds, undefined, { signal });
};

/**
 * The matching items of a table, page by page, read eventually consistently for half the price. After each page it waits
 * until what the page took is paid for. It begins after `from`, where that
 * is given. Rejects when the signal aborts.
 */
export async function* scanPages<P>(
  table: Pick<Table<object>, 'scanPage'>,
  scan: Pick<ScanOptions<P>, 'filter' | 'values' | 'projection'>,
  { pageItems, readUnitsPerSecond, pause = sleepUnlessAborted }: ScanPace,
  signal: AbortSignal,
  from?: PageToken,
): AsyncGenerator<ScannedItems<P>> {
  let pageToken = from;
  do {
    const page = await table.scanPage({ ...scan, limit: pageItems, pageToken, signal });
    yield page;
    pageToken = page.nextPageToken;
    if (pageToken) await pause((page.readUnits / readUnitsPerSecond) * 1_000, signal);
  } while (pageToken);
}
