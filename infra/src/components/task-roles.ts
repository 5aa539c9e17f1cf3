/** Two roles a service: one for ECS, which starts the task, and one for the code in it. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { toExecutionStatements, toPolicy, toTrustPolicy } from '../decide/permissions.ts';

/** Arguments of the roles. */
export interface TaskRolesArgs {
  readonly repositoryArns: pulumi.Input<string>[];
  readonly logGroupArn: pulumi.Input<string>;
  readonly secretArns: pulumi.Input<string>[];
  /** Permissions of the code in the task: a policy document. */
  readonly taskPolicy: pulumi.Input<string>;
}

/** The roles of one service. */
export class TaskRoles extends pulumi.ComponentResource {
  readonly executionRoleArn: pulumi.Output<string>;
  readonly taskRoleArn: pulumi.Output<string>;
  /** The policies: a task that starts before them lacks its permissions. */
  readonly policies: readonly pulumi.Resource[];

  constructor(name: string, args: TaskRolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:TaskRoles', name, {}, opts);
    const execution = pulumi
      .all([pulumi.all(args.repositoryArns), args.logGroupArn, pulumi.all(args.secretArns)])
      .apply(([repositories, logGroup, secrets]) =>
        toPolicy(toExecutionStatements({ repositories, logGroup, secrets })),
      );
    const [executionRole, executionPolicy] = this.#createRole(`${name}-execution`, execution);
    const [taskRole, taskPolicy] = this.#createRole(`${name}-task`, args.taskPolicy);
    this.executionRoleArn = executionRole.arn;
    this.taskRoleArn = taskRole.arn;
    this.policies = [executionPolicy, taskPolicy];
    this.registerOutputs({});
  }

  #createRole(name: string, policy: pulumi.Input<string>) {
    const child = { parent: this };
    const role = new aws.iam.Role(
      name,
      { assumeRolePolicy: toTrustPolicy('ecs-tasks.amazonaws.com') },
      child,
    );
    const attached = new aws.iam.RolePolicy(name, { role: role.id, policy }, child);
    return [role, attached] as const;
  }
}
