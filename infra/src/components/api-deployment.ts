/** Deployment of a new version of order-api: task by task, or a tenth of the traffic first. */
import * as pulumi from '@pulumi/pulumi';
import { PORTS } from '../decide/services.ts';
import { CanaryRole } from './canary.ts';
import type { Entry } from './entry.ts';
import type { Deployment } from './fargate-service.ts';

/** Arguments of the deployment. */
export interface ApiDeploymentArgs {
  readonly entry: Entry;
  readonly canary: boolean;
  /** Names of the alarms that take a deployment back. */
  readonly guards: readonly pulumi.Input<string>[];
}

/** A tenth of the requests for five minutes; then all, while the old tasks wait for ten minutes. */
const CANARY = {
  strategy: 'CANARY',
  canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: '5' },
  bakeTimeInMinutes: '10',
};

/** Time for the first health check to pass. */
const GRACE_SECONDS = 30;

/** The deployment part of the service. */
export class ApiDeployment extends pulumi.ComponentResource {
  readonly deployment: Deployment;
  /** Resources that have to exist before the service. */
  readonly dependsOn: pulumi.Resource[];

  constructor(name: string, args: ApiDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:ApiDeployment', name, {}, opts);
    const { entry, canary, guards } = args;
    const role = canary ? this.#createRole(entry) : undefined;
    const loadBalancer = {
      targetGroupArn: entry.targetGroupArn,
      containerName: 'order-api',
      containerPort: PORTS['order-api'].ops,
      ...(role && {
        advancedConfiguration: {
          alternateTargetGroupArn: entry.alternateTargetGroupArn,
          productionListenerRule: entry.listenerRuleArn,
          roleArn: role.arn,
        },
      }),
    };
    this.deployment = {
      loadBalancers: [loadBalancer],
      healthCheckGracePeriodSeconds: GRACE_SECONDS,
      ...(canary && { deploymentConfiguration: CANARY }),
      ...(guards.length > 0 && { alarms: { enable: true, rollback: true, alarmNames: [...guards] } }),
    };
    // A target group that no rule forwards to takes no tasks.
    this.dependsOn = [entry, ...(role ? [role] : [])];
    this.registerOutputs({});
  }

  #createRole(entry: Entry): CanaryRole {
    return new CanaryRole(
      'canary',
      {
        listenerRuleArn: entry.listenerRuleArn,
        targetGroupArns: [entry.targetGroupArn, entry.alternateTargetGroupArn],
      },
      { parent: this },
    );
  }
}
