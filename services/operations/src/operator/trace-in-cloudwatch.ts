/** Connects `trace` to CloudWatch. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CommandError, EXIT } from './exit.js';
import { findLines } from './insights.js';
import { printLines } from './trace.js';

/** Options of a search in CloudWatch. */
export interface CloudWatchTraceOptions {
  /** Beginning of the names of the log groups. */
  readonly groupPrefix: string;
  /** Days to search. */
  readonly days: number;
  readonly region: string | undefined;
  readonly out: (text: string) => void;
}

/** Time between two reads of a query, in milliseconds. */
const POLL_MS = 500;

const DAY_MS = 86_400_000;

/** Prints the lines of an order. @throws {CommandError} when there are none, or CloudWatch cannot be asked */
export async function traceInCloudWatch(orderId: string, options: CloudWatchTraceOptions): Promise<void> {
  const { groupPrefix, days, region, out } = options;
  if (!region) throw new CommandError(EXIT.config, 'AWS_REGION is not set: set the region of the stack');
  const logs = new CloudWatchLogsClient({ region, maxAttempts: 3 });
  const to = Date.now();
  const from = to - days * DAY_MS;
  try {
    const wait = () => sleep(POLL_MS);
    const lines = await findLines(orderId, { logs, groupPrefix, from, to, wait });
    printLines(lines, orderId, `${groupPrefix}* in the last ${days} days`, out);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const { name, message } = error as Error;
    throw new CommandError(EXIT.unavailable, `CloudWatch Logs cannot be queried: ${name}: ${message}`);
  } finally {
    logs.destroy();
  }
}
