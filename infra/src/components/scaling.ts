/** Scaling metric of each service. */
import * as pulumi from '@pulumi/pulumi';
import type { ServiceSize } from '../config/types.ts';
import type { PerDeployed } from '../decide/features.ts';
import { backlogPerTask, requestsPerTask } from '../decide/metrics.ts';
import { BACKLOG_PER_PROCESS, CPU_TARGET_PERCENT, REQUESTS_PER_PROCESS } from '../decide/scaling.ts';
import type { ServiceName } from '../decide/services.ts';
import { Autoscaling, type ScalingTarget } from './autoscaling.ts';

/** A text for each service that runs. */
export type ServiceOutputs = PerDeployed<pulumi.Output<string>>;

/** Arguments of the scaling. */
export interface ScalingArgs {
  readonly sizes: Readonly<Record<ServiceName, ServiceSize>>;
  /** Names in ECS of the services that run. */
  readonly serviceNames: ServiceOutputs;
  readonly clusterName: pulumi.Output<string>;
  readonly orderQueue: pulumi.Output<string>;
  /** Absent where webhooks are off. */
  readonly webhookQueue?: pulumi.Output<string>;
  /** The load balancer as CloudWatch names it. */
  readonly loadBalancer: pulumi.Output<string>;
  /** Target group of the operators' console; absent where it is off. */
  readonly consoleTarget?: pulumi.Output<string>;
}

/** The autoscaling of all services but those that run once. */
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
      reading: requestsPerTask(args.loadBalancer, clusterName, serviceNames['order-api'], args.consoleTarget),
    };
    const backlog = (queue: pulumi.Output<string>, service: pulumi.Output<string>): ScalingTarget => ({
      name: 'backlog',
      value: BACKLOG_PER_PROCESS,
      reading: backlogPerTask(queue, clusterName, service),
    });
    const targets: Partial<Record<ServiceName, ScalingTarget[]>> = {
      'order-api': [cpu, requests],
      'order-processor': [backlog(args.orderQueue, serviceNames['order-processor'])],
      scoring: [cpu],
      ...(args.webhookQueue &&
        serviceNames.webhooks && { webhooks: [backlog(args.webhookQueue, serviceNames.webhooks)] }),
    };
    for (const [service, list] of Object.entries(targets) as [ServiceName, ScalingTarget[]][]) {
      new Autoscaling(
        service,
        {
          clusterName,
          serviceName: serviceNames[service] as pulumi.Output<string>,
          size: args.sizes[service],
          targets: list,
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
