/** Target groups of the load balancer. */
import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';

/** Time that a deregistered task has to finish its responses, in seconds; within ECS's stop timeout. */
const DEREGISTRATION_SECONDS = 20;

/** Arguments of a target group. */
export interface TargetGroupArgs {
  readonly vpcId: pulumi.Input<string>;
  /** HTTP port of the tasks. */
  readonly port: number;
  /** Default: round robin. */
  readonly loadBalancingAlgorithmType?: string;
}

/**
 * Creates a target group of tasks. Its health check tests liveness: with `/ready`, one failing dependency would remove all tasks
 * of the service at once.
 */
export function createTargetGroup(
  name: string,
  args: TargetGroupArgs,
  opts: pulumi.CustomResourceOptions,
): aws.lb.TargetGroup {
  return new aws.lb.TargetGroup(
    name,
    {
      ...args,
      targetType: 'ip',
      protocol: 'HTTP',
      deregistrationDelay: DEREGISTRATION_SECONDS,
      healthCheck: {
        path: '/health',
        interval: 10,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      },
    },
    opts,
  );
}
