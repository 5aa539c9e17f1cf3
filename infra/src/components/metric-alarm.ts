/** One alarm on metrics, in the words of the provider. */
import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { Alarm } from '../decide/alarm.ts';
import { toAlarmText } from '../decide/alarms.ts';

/** Arguments of an alarm. */
export interface MetricAlarmArgs {
  /** Prefix of the names in AWS. */
  readonly prefix: string;
  /** URL of docs/runbook.md. */
  readonly runbookUrl: string;
  readonly topicArn: pulumi.Input<string>;
}

/** Default period of an alarm, in seconds. */
const PERIOD_SECONDS = 60;

/** Creates an alarm, which notifies the topic when it starts and when it ends. */
export function createMetricAlarm(
  alarm: Alarm<pulumi.Input<string>>,
  { prefix, runbookUrl, topicArn }: MetricAlarmArgs,
  opts: pulumi.ComponentResourceOptions,
): aws.cloudwatch.MetricAlarm {
  const { metrics, expression } = alarm.reading;
  const period = alarm.periodSeconds ?? PERIOD_SECONDS;
  const queries = Object.entries(metrics).map(([id, { namespace, metricName, dimensions, stat }]) => ({
    id,
    returnData: expression === undefined,
    metric: { namespace, metricName, dimensions, stat, period },
  }));
  const actions = alarm.isMember ? {} : { alarmActions: [topicArn], okActions: [topicArn] };
  return new aws.cloudwatch.MetricAlarm(
    alarm.name,
    {
      name: `${prefix}-${alarm.name}`,
      alarmDescription: toAlarmText(alarm, runbookUrl),
      metricQueries: expression
        ? [...queries, { id: 'result', expression, label: alarm.name, returnData: true }]
        : queries,
      comparisonOperator: 'GreaterThanThreshold',
      threshold: alarm.threshold,
      evaluationPeriods: alarm.minutes,
      datapointsToAlarm: alarm.minutes,
      treatMissingData: alarm.missing ?? 'notBreaching',
      ...actions,
    },
    opts,
  );
}
