/**
 * Collector alongside the processor: its Prometheus metrics become CloudWatch metrics, for alarms and the dashboard.
 */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { toCollectorContainer } from '../decide/containers.ts';
import { type Statement, toMetricsStatements } from '../decide/permissions.ts';
import type { Sidecar } from './fargate-service.ts';
import type { ImageReference } from './images.ts';

/** Arguments of the collector. */
export interface CollectorArgs {
  readonly prefix: string;
  readonly region: string;
  readonly image: ImageReference;
  /** CloudWatch namespace of the metrics. */
  readonly namespace: string;
}

/** Retention of the log lines that carry metrics, in days; the metrics themselves stay for 15 months. */
const RETENTION_DAYS = 1;

/** Resources that a task needs to have its metrics collected. */
export class Collector extends pulumi.ComponentResource {
  readonly sidecar: Sidecar;
  readonly statements: pulumi.Output<Statement[]>;

  constructor(name: string, args: CollectorArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Collector', name, {}, opts);
    const metricsLogGroup = `/${args.prefix}/metrics`;
    const logs = new aws.cloudwatch.LogGroup(
      name,
      { name: metricsLogGroup, retentionInDays: RETENTION_DAYS },
      { parent: this },
    );
    this.sidecar = {
      image: args.image,
      toContainer: (image, logGroup) =>
        toCollectorContainer({
          image,
          logGroup,
          region: args.region,
          namespace: args.namespace,
          metricsLogGroup,
        }),
    };
    this.statements = logs.arn.apply(toMetricsStatements);
    this.registerOutputs({});
  }
}
