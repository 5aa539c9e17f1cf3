/** Tasks follow the load: out at once, in slowly. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { ServiceSize } from '../config/types.ts';
import type { Reading } from '../decide/metrics.ts';
import { SCALE_IN_COOLDOWN_SECONDS, SCALE_OUT_COOLDOWN_SECONDS } from '../decide/scaling.ts';

/** Metric and target value that scale a service. */
export type ScalingTarget = { readonly name: string; readonly value: number } & (
  | { readonly predefined: 'ECSServiceAverageCPUUtilization' }
  | { readonly reading: Reading<pulumi.Input<string>> }
);

/** Arguments of the autoscaling. */
export interface AutoscalingArgs {
  readonly clusterName: pulumi.Input<string>;
  readonly serviceName: pulumi.Input<string>;
  readonly size: ServiceSize;
  readonly targets: readonly ScalingTarget[];
}

/** Keeps each target's metric at its value by the number of tasks. */
export class Autoscaling extends pulumi.ComponentResource {
  constructor(name: string, args: AutoscalingArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Autoscaling', name, {}, opts);
    const child = { parent: this };
    const target = new aws.appautoscaling.Target(
      name,
      {
        serviceNamespace: 'ecs',
        scalableDimension: 'ecs:service:DesiredCount',
        resourceId: pulumi.interpolate`service/${args.clusterName}/${args.serviceName}`,
        minCapacity: args.size.minTasks,
        maxCapacity: args.size.maxTasks,
      },
      child,
    );
    for (const scaling of args.targets) {
      new aws.appautoscaling.Policy(
        `${name}-${scaling.name}`,
        {
          policyType: 'TargetTrackingScaling',
          serviceNamespace: target.serviceNamespace,
          scalableDimension: target.scalableDimension,
          resourceId: target.resourceId,
          targetTrackingScalingPolicyConfiguration: {
            targetValue: scaling.value,
            scaleOutCooldown: SCALE_OUT_COOLDOWN_SECONDS,
            scaleInCooldown: SCALE_IN_COOLDOWN_SECONDS,
            ...('predefined' in scaling
              ? { predefinedMetricSpecification: { predefinedMetricType: scaling.predefined } }
              : { customizedMetricSpecification: { metrics: toMetrics(scaling.reading) } }),
          },
        },
        child,
      );
    }
    this.registerOutputs({});
  }
}

function toMetrics({ metrics, expression = '' }: Reading<pulumi.Input<string>>) {
  const inputs = Object.entries(metrics).map(([id, { namespace, metricName, dimensions, stat }]) => ({
    id,
    returnData: false,
    metricStat: {
      stat,
      metric: {
        namespace,
        metricName,
        dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value })),
      },
    },
  }));
  return [...inputs, { id: 'result', expression, returnData: true }];
}
