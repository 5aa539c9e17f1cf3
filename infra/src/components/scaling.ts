/** What each service is scaled by. */
import * as pulumi from '@pulumi/pulumi';
import type { ServiceSize } from '../config/types.ts';
import { backlogPerTask, requestsPerTask } from '../decide/metrics.ts';
import { BACKLOG_PER_PROCESS, CPU_TARGET_PERCENT, REQUESTS_PER_PROCESS } from '../decide/scaling.ts';
import { SERVICE_NAMES, type ServiceName } from '../decide/services.ts';
import { Autoscaling, type ScalingTarget } from './autoscaling.ts';

/** What the scaling is told. */
export interface ScalingArgs {
  readonly sizes: Readonly<Record<ServiceName, ServiceSize>>;
  readonly serviceNames: Readonly<Record<ServiceName, pulumi.Output<string>>>;
  readonly clusterName: pulumi.Output<string>;
  readonly orderQueue: pulumi.Output<string>;
  /** The load balancer as CloudWatch names it. */
  readonly loadBalancer: pulumi.Output<string>;
}

/** The autoscaling of all services. */
export class Scaling extends pulumi.ComponentResource {
  constructor(name: string, args: ScalingArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Scaling', name, {}, opts);
    const { clusterName, serviceNames } = args;
    const cpu: ScalingTarget = {
      name: 'cpu',
      value: CPU_TARGET_PERCENT,
      predefined: 'ECSServiceAverageCPUUtilization',
    };
    const requests: ScalingTarget = {
      name: 'requests',
      value: REQUESTS_PER_PROCESS,
      reading: requestsPerTask(args.loadBalancer, clusterName, serviceNames['order-api']),
    };
    const backlog: ScalingTarget = {
      name: 'backlog',
      value: BACKLOG_PER_PROCESS,
      reading: backlogPerTask(args.orderQueue, clusterName, serviceNames['order-processor']),
    };
    const targets: Record<ServiceName, ScalingTarget[]> = {
      'order-api': [cpu, requests],
      'order-processor': [backlog],
      scoring: [cpu],
    };
    for (const service of SERVICE_NAMES) {
      new Autoscaling(
        service,
        {
          clusterName,
          serviceName: serviceNames[service],
          size: args.sizes[service],
          targets: targets[service],
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
