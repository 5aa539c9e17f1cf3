/** One service on Fargate: roles, log group, task definition, service and its scaling. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { ServiceSize } from '../config/types.ts';
import { type ContainerDefinition, toServiceContainer } from '../decide/containers.ts';
import type { ServiceName } from '../decide/services.ts';
import type { ImageReference } from './images.ts';
import type { StoredSecret } from './stored-secret.ts';
import { TaskRoles } from './task-roles.ts';

/** Settings that differ by how services are reached and deployed. */
export type Deployment = Pick<
  aws.ecs.ServiceArgs,
  | 'loadBalancers'
  | 'serviceConnectConfiguration'
  | 'deploymentConfiguration'
  | 'alarms'
  | 'healthCheckGracePeriodSeconds'
>;

/** Arguments of a service. */
export interface FargateServiceArgs {
  readonly service: ServiceName;
  readonly prefix: string;
  readonly region: string;
  readonly size: ServiceSize;
  readonly image: ImageReference;
  readonly environment: pulumi.Input<Readonly<Record<string, string>>>;
  readonly secrets: Readonly<Record<string, StoredSecret>>;
  /** Permissions of the code in the task: a policy document. */
  readonly taskPolicy: pulumi.Input<string>;
  readonly logRetentionDays: number;
  readonly clusterArn: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<string[]>;
  readonly securityGroupId: pulumi.Input<string>;
  /** A container that runs alongside the service. */
  readonly sidecar?: Sidecar;
  readonly deployment: Deployment;
  /** Resources that have to exist before a task starts. */
  readonly dependsOn: pulumi.Resource[];
}

/** A container that runs alongside a service and writes to its log group. */
export interface Sidecar {
  readonly image: ImageReference;
  readonly toContainer: (image: string, logGroup: string) => ContainerDefinition;
}

/** Time limit of a rollout, bake times included. */
const ROLLOUT_TIMEOUT = '60m';

/** A service on Fargate. */
export class FargateService extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly logGroup: pulumi.Output<string>;

  constructor(name: string, args: FargateServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:FargateService', name, {}, opts);
    const child = { parent: this };
    const logs = new aws.cloudwatch.LogGroup(
      name,
      { name: `/${args.prefix}/${args.service}`, retentionInDays: args.logRetentionDays },
      child,
    );
    const images = args.sidecar ? [args.image, args.sidecar.image] : [args.image];
    const roles = new TaskRoles(
      name,
      {
        repositoryArns: images.map(({ repositoryArn }) => repositoryArn),
        logGroupArn: logs.arn,
        secretArns: Object.values(args.secrets).map(({ arn }) => arn),
        taskPolicy: args.taskPolicy,
      },
      child,
    );
    const task = new aws.ecs.TaskDefinition(
      name,
      {
        family: `${args.prefix}-${args.service}`,
        requiresCompatibilities: ['FARGATE'],
        networkMode: 'awsvpc',
        runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
        cpu: String(args.size.cpuUnits),
        memory: String(args.size.memoryMiB),
        executionRoleArn: roles.executionRoleArn,
        taskRoleArn: roles.taskRoleArn,
        containerDefinitions: this.#toContainers(args, logs.name).apply((list) => JSON.stringify(list)),
      },
      child,
    );
    const service = new aws.ecs.Service(
      name,
      {
        cluster: args.clusterArn,
        launchType: 'FARGATE',
        platformVersion: '1.4.0',
        taskDefinition: task.arn,
        desiredCount: args.size.minTasks,
        networkConfiguration: {
          subnets: args.subnetIds,
          securityGroups: [args.securityGroupId],
          assignPublicIp: false,
        },
        // A rollout starts new tasks before it stops old ones, and is rolled back when they fail.
        deploymentMinimumHealthyPercent: 100,
        deploymentMaximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        waitForSteadyState: true,
        propagateTags: 'SERVICE',
        enableEcsManagedTags: true,
        enableExecuteCommand: false,
        ...args.deployment,
      },
      {
        ...child,
        dependsOn: [...roles.policies, ...args.dependsOn],
        // The number of tasks is the autoscaler's.
        ignoreChanges: ['desiredCount'],
        customTimeouts: { create: ROLLOUT_TIMEOUT, update: ROLLOUT_TIMEOUT },
      },
    );
    this.name = service.name;
    this.logGroup = logs.name;
    this.registerOutputs({});
  }

  #toContainers(
    args: FargateServiceArgs,
    logGroup: pulumi.Output<string>,
  ): pulumi.Output<ContainerDefinition[]> {
    const valueFrom = Object.fromEntries(
      Object.entries(args.secrets).map(([key, secret]) => [key, secret.valueFrom]),
    );
    return pulumi
      .all([args.image.uri, args.sidecar?.image.uri, args.environment, pulumi.all(valueFrom), logGroup])
      .apply(([image, sidecarImage, environment, secrets, group]) => [
        toServiceContainer({
          service: args.service,
          image,
          environment,
          secrets,
          logGroup: group,
          region: args.region,
        }),
        ...(args.sidecar && sidecarImage ? [args.sidecar.toContainer(sidecarImage, group)] : []),
      ]);
  }
}
