/** A metric that CloudWatch takes from log lines. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { LogFilter } from '../decide/metrics.ts';

/** Arguments of the metric. */
export interface LogMetricArgs {
  readonly logGroup: pulumi.Input<string>;
  /** CloudWatch namespace of the metric. */
  readonly namespace: string;
  readonly filter: LogFilter;
}

/** A metric filter on a log group. */
export class LogMetric extends pulumi.ComponentResource {
  constructor(name: string, args: LogMetricArgs, opts?: pulumi.ComponentResourceOptions) {
    const aliases = [{ type: 'order-pipeline:infra:AccessLogMetric' }];
    super('order-pipeline:infra:LogMetric', name, {}, { ...opts, aliases });
    const { pattern, metricName, value, unit } = args.filter;
    new aws.cloudwatch.LogMetricFilter(
      name,
      {
        logGroupName: args.logGroup,
        pattern,
        metricTransformation: { namespace: args.namespace, name: metricName, value, unit },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
