/** The collector alongside a service: Prometheus metrics become CloudWatch metrics, and spans go to X-Ray. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { toCollectorContainer } from '../decide/containers.ts';
import { type Statement, toMetricsStatements, toTracesStatements } from '../decide/permissions.ts';
import type { Sidecar } from './fargate-service.ts';
import type { ImageReference } from './images.ts';

/** Arguments of the collector. */
export interface CollectorArgs {
  readonly prefix: string;
  readonly region: string;
  readonly image: ImageReference;
  /** CloudWatch namespace of the metrics; absent where none are collected. */
  readonly namespace?: string | undefined;
  /** Absent where tracing is off. */
  readonly traces?: { readonly share: number } | undefined;
}

/** Retention of the log lines that carry metrics, in days; the metrics themselves stay for 15 months. */
const RETENTION_DAYS = 1;

/** Requirements of a task with a collector. */
export class Collector extends pulumi.ComponentResource {
  readonly sidecar: Sidecar;
  readonly statements: pulumi.Output<Statement[]>;

  constructor(name: string, args: CollectorArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Collector', name, {}, opts);
    const { namespace, traces, region } = args;
    const metricsLogGroup = `/${args.prefix}/metrics`;
    const logs =
      namespace === undefined
        ? undefined
        : new aws.cloudwatch.LogGroup(
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
          region,
          ...(namespace !== undefined && { metrics: { namespace, logGroup: metricsLogGroup } }),
          ...(traces && { traces }),
        }),
    };
    this.statements = pulumi
      .output(logs?.arn)
      .apply((arn) => [
        ...(arn === undefined ? [] : toMetricsStatements(arn)),
        ...(traces ? toTracesStatements() : []),
      ]);
    this.registerOutputs({});
  }
}
