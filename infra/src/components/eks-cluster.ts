/** An EKS cluster in Auto Mode: AWS runs its nodes, their network, load balancers and volumes. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { EksConfig } from '../config/types.ts';
import { EKS_POLICIES, toManagedPolicyArn } from '../decide/pod-permissions.ts';

/** Arguments of the cluster. */
export interface EksClusterArgs {
  /** Name of the cluster. */
  readonly name: string;
  readonly eks: EksConfig;
  /** Private subnets, in three zones or more. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** The cluster cannot be deleted. */
  readonly protect: boolean;
}

const ADMINISTRATOR = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy';

/** A cluster with encrypted secrets, an API in the network, and access by IAM alone. */
export class EksCluster extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  /** Security group of control plane, nodes and pods. */
  readonly securityGroupId: pulumi.Output<string>;
  readonly cluster: aws.eks.Cluster;

  constructor(name: string, args: EksClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:EksCluster', name, {}, opts);
    const [clusterRole, clusterPolicies] = this.#createRole('cluster', 'eks.amazonaws.com', [
      'sts:AssumeRole',
      'sts:TagSession',
    ]);
    const [nodeRole, nodePolicies] = this.#createRole('node', 'ec2.amazonaws.com', ['sts:AssumeRole']);
    const { version, endpoint, publicCidrs } = args.eks;
    this.cluster = new aws.eks.Cluster(
      name,
      {
        name: args.name,
        version,
        roleArn: clusterRole.arn,
        // Auto Mode manages the nodes and their add-ons.
        bootstrapSelfManagedAddons: false,
        computeConfig: {
          enabled: true,
          nodePools: ['general-purpose', 'system'],
          nodeRoleArn: nodeRole.arn,
        },
        kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
        storageConfig: { blockStorage: { enabled: true } },
        accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: true },
        vpcConfig: {
          subnetIds: args.subnetIds,
          endpointPrivateAccess: true,
          endpointPublicAccess: endpoint === 'public',
          ...(endpoint === 'public' && { publicAccessCidrs: [...publicCidrs] }),
        },
        encryptionConfig: {
          provider: { keyArn: this.#createKey(args.name).arn },
          resources: ['secrets'],
        },
        enabledClusterLogTypes: ['api', 'audit', 'authenticator'],
        upgradePolicy: { supportType: 'STANDARD' },
        deletionProtection: args.protect,
      },
      { parent: this, protect: args.protect, dependsOn: [...clusterPolicies, ...nodePolicies] },
    );
    this.name = this.cluster.name;
    this.securityGroupId = this.cluster.vpcConfig.clusterSecurityGroupId;
    args.eks.administrators.forEach((principalArn, index) => {
      this.#admit(`administrator-${index}`, principalArn);
    });
    this.registerOutputs({});
  }

  #createKey(cluster: string): aws.kms.Key {
    return new aws.kms.Key(
      'cluster-secrets',
      {
        description: `${cluster}: secrets of the cluster`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
      },
      { parent: this },
    );
  }

  #createRole(kind: keyof typeof EKS_POLICIES, service: string, actions: readonly string[]) {
    const child = { parent: this };
    const statement = { Effect: 'Allow', Principal: { Service: service }, Action: actions };
    const role = new aws.iam.Role(
      `eks-${kind}`,
      { assumeRolePolicy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) },
      child,
    );
    const policies = EKS_POLICIES[kind].map(
      (policy) =>
        new aws.iam.RolePolicyAttachment(
          `eks-${kind}-${policy}`,
          { role: role.name, policyArn: toManagedPolicyArn(policy) },
          child,
        ),
    );
    return [role, policies] as const;
  }

  #admit(name: string, principalArn: string): void {
    const child = { parent: this };
    const clusterName = this.cluster.name;
    const entry = new aws.eks.AccessEntry(name, { clusterName, principalArn }, child);
    new aws.eks.AccessPolicyAssociation(
      name,
      {
        clusterName,
        principalArn: entry.principalArn,
        policyArn: ADMINISTRATOR,
        accessScope: { type: 'cluster' },
      },
      child,
    );
  }
}
