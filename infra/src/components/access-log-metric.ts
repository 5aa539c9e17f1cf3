/** The latency of order-api as a metric, taken from its access log. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { toAccessLogFilter } from '../decide/metrics.ts';

/** Arguments of the metric. */
export interface AccessLogMetricArgs {
  readonly logGroup: pulumi.Input<string>;
  /** CloudWatch namespace of the metric. */
  readonly namespace: string;
}

/** A metric filter on a log group. */
export class AccessLogMetric extends pulumi.ComponentResource {
  constructor(name: string, args: AccessLogMetricArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:AccessLogMetric', name, {}, opts);
    const { pattern, metricName, value } = toAccessLogFilter();
    new aws.cloudwatch.LogMetricFilter(
      name,
      {
        logGroupName: args.logGroup,
        pattern,
        metricTransformation: { namespace: args.namespace, name: metricName, value, unit: 'Milliseconds' },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
