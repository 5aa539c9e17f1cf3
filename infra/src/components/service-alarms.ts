/** The alarm on services without a task. It needs the services' names, and is created after them. */
import * as pulumi from '@pulumi/pulumi';
import { toServiceDownAlarm } from '../decide/alarms.ts';
import { createMetricAlarm, type MetricAlarmArgs } from './metric-alarm.ts';

/** Arguments of the alarm. */
export interface ServiceAlarmsArgs extends MetricAlarmArgs {
  readonly clusterName: pulumi.Input<string>;
  /** Names of the services in ECS. */
  readonly services: readonly pulumi.Input<string>[];
}

/** The alarm on services that do not run. */
export class ServiceAlarms extends pulumi.ComponentResource {
  constructor(name: string, args: ServiceAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:ServiceAlarms', name, {}, opts);
    createMetricAlarm(toServiceDownAlarm(args.clusterName, args.services), args, { parent: this });
    this.registerOutputs({});
  }
}
