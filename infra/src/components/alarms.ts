/** Alarms, and the topic that carries them to people. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Watched } from '../decide/alarm.ts';
import { toAlarms, toAlarmText } from '../decide/alarms.ts';
import { type CompositeAlarm, toBudgetAlarms } from '../decide/objective-alarms.ts';
import { toAlarmKeyStatements, toAlarmTopicStatements, toPolicy } from '../decide/permissions.ts';
import { createMetricAlarm } from './metric-alarm.ts';

/** Arguments of the alarms. */
export interface AlarmsArgs {
  /** Prefix of the names in AWS. */
  readonly prefix: string;
  readonly watched: Watched<pulumi.Input<string>>;
  /** E-mail address for notifications; AWS asks the address to confirm. */
  readonly email?: string;
  /** URL of docs/runbook.md. */
  readonly runbookUrl: string;
}

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
      resource: createMetricAlarm(alarm, { ...args, topicArn: topic.arn }, { parent: this }),
    }));
    const resources = alarms.map(({ resource }) => resource);
    for (const composite of toBudgetAlarms(args.watched))
      this.#createComposite(composite, args, topic.arn, resources);
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

  /** Creates an alarm that notifies while all of its members are in alarm. */
  #createComposite(
    { name, description, section, members }: CompositeAlarm,
    { prefix, runbookUrl }: AlarmsArgs,
    topicArn: pulumi.Output<string>,
    alarms: readonly aws.cloudwatch.MetricAlarm[],
  ): void {
    const rule = members.map((member) => `ALARM("${prefix}-${member}")`).join(' AND ');
    new aws.cloudwatch.CompositeAlarm(
      name,
      {
        alarmName: `${prefix}-${name}`,
        alarmDescription: toAlarmText({ description, section }, runbookUrl),
        alarmRule: rule,
        alarmActions: [topicArn],
        okActions: [topicArn],
      },
      // The rule names them, so that they have to be there.
      { parent: this, dependsOn: [...alarms] },
    );
  }
}
