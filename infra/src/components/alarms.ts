/** Alarms, and the topic that carries them to people. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { type Alarm, toAlarms, toAlarmText, type Watched } from '../decide/alarms.ts';
import { toAlarmKeyStatements, toAlarmTopicStatements, toPolicy } from '../decide/permissions.ts';

/** What the alarms are told. */
export interface AlarmsArgs {
  /** Prefix of the names in AWS. */
  readonly prefix: string;
  readonly watched: Watched<pulumi.Input<string>>;
  /** Who is told by e-mail; AWS asks the address to confirm. */
  readonly email?: string;
  /** Where docs/runbook.md is read. */
  readonly runbookUrl: string;
}

/** Alarms read once a minute, in seconds. */
const PERIOD_SECONDS = 60;

/** All alarms. */
export class Alarms extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;
  /** Names of the alarms that take a deployment of order-api back. */
  readonly deploymentGuards: pulumi.Output<string>[];

  constructor(name: string, args: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Alarms', name, {}, opts);
    const topic = this.#createTopic(name, args);
    const alarms = toAlarms(args.watched).map((alarm) => ({
      guards: alarm.guardsDeployment,
      resource: this.#createAlarm(alarm, args, topic.arn),
    }));
    this.topicArn = topic.arn;
    this.deploymentGuards = alarms.filter(({ guards }) => guards).map(({ resource }) => resource.name);
    this.registerOutputs({});
  }

  #createTopic(name: string, { prefix, email }: AlarmsArgs): aws.sns.Topic {
    const child = { parent: this };
    const account = aws.getCallerIdentityOutput({}, child).accountId;
    const key = new aws.kms.Key(
      name,
      {
        description: `${prefix}: alarm messages`,
        enableKeyRotation: true,
        deletionWindowInDays: 7,
        policy: account.apply((id) => toPolicy(toAlarmKeyStatements(id))),
      },
      child,
    );
    const topic = new aws.sns.Topic(name, { name: `${prefix}-alarms`, kmsMasterKeyId: key.arn }, child);
    new aws.sns.TopicPolicy(
      name,
      {
        arn: topic.arn,
        policy: pulumi
          .all([topic.arn, account])
          .apply(([arn, id]) => toPolicy(toAlarmTopicStatements(arn, id))),
      },
      child,
    );
    if (email) {
      new aws.sns.TopicSubscription(name, { topic: topic.arn, protocol: 'email', endpoint: email }, child);
    }
    return topic;
  }

  #createAlarm(
    alarm: Alarm<pulumi.Input<string>>,
    { prefix, runbookUrl }: AlarmsArgs,
    topicArn: pulumi.Output<string>,
  ): aws.cloudwatch.MetricAlarm {
    const { metrics, expression } = alarm.reading;
    const queries = Object.entries(metrics).map(([id, { namespace, metricName, dimensions, stat }]) => ({
      id,
      returnData: expression === undefined,
      metric: { namespace, metricName, dimensions, stat, period: PERIOD_SECONDS },
    }));
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
        treatMissingData: 'notBreaching',
        alarmActions: [topicArn],
        okActions: [topicArn],
      },
      { parent: this },
    );
  }
}
