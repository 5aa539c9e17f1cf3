/** Permissions of pods: trust policies of the services' roles, and permissions of the cluster's add-ons. */
import type { AddOn } from './manifest-inputs.ts';
import type { Statement } from './permissions.ts';

/** A service account of a cluster. */
export interface PodAccount {
  readonly namespace: string;
  readonly account: string;
}

/** Ways in which a pod gets a role's credentials. */
export interface Issuers {
  /** EKS Pod Identity. */
  readonly podIdentity: boolean;
  /** The cluster's OIDC provider, for IRSA. */
  readonly oidcProviderArn?: string;
  /** The role of Vault's servers, which hand credentials on. */
  readonly vaultRoleArn?: string;
}

/** A statement of a trust policy: the resource is the role itself. */
export type TrustStatement = Omit<Statement, 'Resource'>;

/** Returns a trust policy that lets only this service account take on the role. */
export function toPodTrust({ namespace, account }: PodAccount, issuers: Issuers): string {
  const statements: TrustStatement[] = [];
  if (issuers.podIdentity) {
    statements.push({
      Sid: 'PodIdentity',
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: {
        StringEquals: {
          'aws:RequestTag/kubernetes-namespace': namespace,
          'aws:RequestTag/kubernetes-service-account': account,
        },
      },
    });
  }
  if (issuers.oidcProviderArn) {
    const issuer = issuers.oidcProviderArn.replace(/^[^/]*oidc-provider\//, '');
    statements.push({
      Sid: 'Irsa',
      Effect: 'Allow',
      Principal: { Federated: issuers.oidcProviderArn },
      Action: ['sts:AssumeRoleWithWebIdentity'],
      Condition: {
        StringEquals: {
          [`${issuer}:aud`]: 'sts.amazonaws.com',
          [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${account}`,
        },
      },
    });
  }
  if (issuers.vaultRoleArn) {
    statements.push({
      Sid: 'Vault',
      Effect: 'Allow',
      Principal: { AWS: issuers.vaultRoleArn },
      Action: ['sts:AssumeRole'],
    });
  }
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** Resources of the add-ons. */
export interface AddOnArns {
  /** Queues by whose messages services are scaled. */
  readonly queues: readonly string[];
  readonly secrets: readonly string[];
  readonly hostedZoneId: string;
}

/** Returns the statements of an add-on's role. */
export function toAddOnStatements(addOn: AddOn, arns: AddOnArns): Statement[] {
  const allow = (Sid: string, Action: readonly string[], ...Resource: string[]): Statement => {
    return { Sid, Effect: 'Allow', Action, Resource };
  };
  switch (addOn) {
    case 'keda':
      return [allow('MeasureBacklog', ['sqs:GetQueueAttributes'], ...arns.queues)];
    case 'external-secrets':
      return [
        allow(
          'ReadSecrets',
          ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
          ...arns.secrets,
        ),
      ];
    case 'cert-manager':
      return [
        allow(
          'ProveDomain',
          ['route53:ChangeResourceRecordSets', 'route53:ListResourceRecordSets'],
          `arn:aws:route53:::hostedzone/${arns.hostedZoneId}`,
        ),
        allow('AwaitChange', ['route53:GetChange'], 'arn:aws:route53:::change/*'),
      ];
  }
}

/** Policies that EKS Auto Mode's own roles must have; AWS extends them as the product grows. */
export const EKS_POLICIES = {
  cluster: [
    'AmazonEKSClusterPolicy',
    'AmazonEKSComputePolicy',
    'AmazonEKSBlockStoragePolicy',
    'AmazonEKSLoadBalancingPolicy',
    'AmazonEKSNetworkingPolicy',
  ],
  node: ['AmazonEKSWorkerNodeMinimalPolicy', 'AmazonEC2ContainerRegistryPullOnly'],
} as const;

/** Returns the ARN of one of AWS's managed policies. */
export function toManagedPolicyArn(name: string): string {
  return `arn:aws:iam::aws:policy/${name}`;
}
