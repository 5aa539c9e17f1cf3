/** A role for each service and add-on of a cluster, with the permissions of the ECS task, bound to its service account. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { type Features, toDeployedServices } from '../decide/features.ts';
import { ADD_ON_ACCOUNTS, type AddOn } from '../decide/manifest-inputs.ts';
import { type ResourceArns, toPolicy, toTaskStatements, toTracesStatements } from '../decide/permissions.ts';
import { type Issuers, type PodAccount, toAddOnStatements, toPodTrust } from '../decide/pod-permissions.ts';
import type { ServiceName } from '../decide/services.ts';

/** Arguments of the roles. */
export interface PodRolesArgs {
  /** Namespace of the services, and prefix of the roles' names. */
  readonly prefix: string;
  /** Absent where Pod Identity is not used. */
  readonly clusterName?: pulumi.Input<string>;
  readonly issuers: Issuers;
  readonly arns: pulumi.Output<ResourceArns>;
  readonly secretArns: pulumi.Input<string>[];
  readonly hostedZoneId: string;
  readonly features: Features;
  /** A collector in each pod sends spans to X-Ray. */
  readonly tracing: boolean;
}

/** The roles, and their Pod Identity associations. */
export class PodRoles extends pulumi.ComponentResource {
  /** ARNs by service and add-on. */
  readonly arns: pulumi.Output<Record<ServiceName | AddOn, string>>;

  constructor(name: string, args: PodRolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:PodRoles', name, {}, opts);
    const { prefix, arns, secretArns, hostedZoneId, features } = args;
    const traces = args.tracing ? toTracesStatements() : [];
    const services = toDeployedServices(features).map((service) => {
      const policy = arns.apply((it) => toPolicy([...toTaskStatements(service, it, features), ...traces]));
      return [service, this.#create(service, { namespace: prefix, account: service }, policy, args)] as const;
    });
    const addOns = (Object.keys(ADD_ON_ACCOUNTS) as AddOn[]).map((addOn) => {
      const policy = pulumi
        .all([arns, pulumi.all(secretArns)])
        .apply(([{ orderQueue, webhookQueue }, secrets]) => {
          const queues = features.webhooks ? [orderQueue, webhookQueue] : [orderQueue];
          return toPolicy(toAddOnStatements(addOn, { queues, secrets, hostedZoneId }));
        });
      return [addOn, this.#create(addOn, ADD_ON_ACCOUNTS[addOn], policy, args)] as const;
    });
    this.arns = pulumi.all(Object.fromEntries([...services, ...addOns])) as typeof this.arns;
    this.registerOutputs({});
  }

  #create(
    name: string,
    account: PodAccount,
    policy: pulumi.Input<string>,
    { prefix, issuers, clusterName }: PodRolesArgs,
  ): pulumi.Output<string> {
    const child = { parent: this };
    const role = new aws.iam.Role(
      `${name}-pod`,
      { name: `${prefix}-${name}`, assumeRolePolicy: toPodTrust(account, issuers) },
      child,
    );
    new aws.iam.RolePolicy(`${name}-pod`, { role: role.id, policy }, child);
    if (clusterName) {
      new aws.eks.PodIdentityAssociation(
        name,
        { clusterName, namespace: account.namespace, serviceAccount: account.account, roleArn: role.arn },
        child,
      );
    }
    return role.arn;
  }
}
