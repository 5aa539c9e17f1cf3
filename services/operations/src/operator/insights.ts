/** The log lines of one order from CloudWatch Logs Insights, over the log groups of all services. */
import {
  type CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  GetQueryResultsCommand,
  type ResultField,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CommandError, EXIT } from './exit.js';
import { selectTraces } from './trace.js';

/** Options of a search. */
export interface InsightsOptions {
  readonly logs: CloudWatchLogsClient;
  /** Beginning of the names of the services' log groups, such as `/order-pipeline-prod/`. */
  readonly groupPrefix: string;
  /** Epoch milliseconds. */
  readonly from: number;
  /** Epoch milliseconds. */
  readonly to: number;
  /** Waits between two reads of a query. */
  readonly wait: () => Promise<void>;
}

/** Lines that Logs Insights returns at most. */
const MAX_LINES = 10_000;

/** Log groups that one query takes at most. */
const MAX_GROUPS = 50;

/** Metrics travel as log lines as well; they name no order. */
const METRICS_GROUP = /\/metrics$/;

/**
 * Returns the lines that name an order, and those of its trace, the oldest first. Each begins with its service, as those
 * of the local stack do.
 *
 * @throws {CommandError} when there are no log groups, or a query fails
 */
export async function findLines(orderId: string, options: InsightsOptions): Promise<string[]> {
  const groups = await findGroups(options);
  const named = await query(toQuery([orderId]), groups, options);
  const traces = selectTraces(named, orderId);
  if (traces.length === 0) return named;
  return await query(toQuery([orderId, ...traces]), groups, options);
}

/** Returns a query for lines that contain one of the texts. */
export function toQuery(texts: readonly string[]): string {
  const filter = texts.map((text) => `@message like "${text.replaceAll(/["\\]/g, '\\$&')}"`).join(' or ');
  return `fields @timestamp, @log, @message | filter ${filter} | sort @timestamp asc | limit ${MAX_LINES}`;
}

async function findGroups({ logs, groupPrefix }: InsightsOptions): Promise<string[]> {
  const { logGroups = [] } = await logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: groupPrefix, limit: MAX_GROUPS }),
  );
  const names = logGroups.flatMap(({ logGroupName = '' }) =>
    METRICS_GROUP.test(logGroupName) ? [] : [logGroupName],
  );
  if (names.length === 0)
    throw new CommandError(
      EXIT.notFound,
      `no log group begins with ${groupPrefix}: set STAGE and AWS_REGION, or name another beginning with --log-groups`,
    );
  return names;
}

async function query(text: string, groups: readonly string[], options: InsightsOptions): Promise<string[]> {
  const { logs, from, to, wait } = options;
  const { queryId } = await logs.send(
    new StartQueryCommand({
      logGroupNames: [...groups],
      queryString: text,
      startTime: Math.floor(from / 1_000),
      endTime: Math.ceil(to / 1_000),
    }),
  );
  for (;;) {
    const { status, results = [] } = await logs.send(new GetQueryResultsCommand({ queryId }));
    if (status === 'Complete') return results.map((row) => toLine(row));
    if (status !== 'Running' && status !== 'Scheduled')
      throw new CommandError(EXIT.unavailable, `CloudWatch Logs Insights: the query is ${status}; try again`);
    await wait();
  }
}

/** `@log` is `account:/order-pipeline-prod/order-api`. */
function toLine(row: readonly ResultField[]): string {
  const fieldOf = (name: string) => row.find(({ field }) => field === name)?.value ?? '';
  return `[${fieldOf('@log').split('/').at(-1)}] ${fieldOf('@message').trimEnd()}`;
}
