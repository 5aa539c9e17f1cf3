/** Settings with which the stacks run on a cluster, and from which k8s/settings was made. */
import { PROD_VALUES, type StackName } from './stacks.ts';

/** Settings of the stacks `dev` and `prod` on EKS, over their files. */
export const EKS_VALUES: Readonly<Record<Exclude<StackName, 'local'>, Readonly<Record<string, string>>>> = {
  dev: {
    'order-pipeline:platform': 'eks',
    'order-pipeline:domainName': 'orders.dev.acme.shop',
    'order-pipeline:hostedZoneId': 'Z0123456789ACME',
    'order-pipeline:zones': '3',
    'order-pipeline:natGateways': 'single',
    'order-pipeline:webhooks': 'on',
    'order-pipeline:tracing': 'on',
    'order-pipeline:tracesShare': '25',
  },
  prod: {
    ...PROD_VALUES,
    'order-pipeline:platform': 'eks',
    'order-pipeline:natGateways': 'perZone',
  },
};

/** Settings of `prod` on a cluster that exists. */
export const NONE_VALUES: Readonly<Record<string, string>> = {
  ...PROD_VALUES,
  'order-pipeline:platform': 'none',
  'order-pipeline:clusterName': 'shop',
  'order-pipeline:oidcProviderArn':
    'arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC',
  'order-pipeline:vaultRoleArn': 'arn:aws:iam::123456789012:role/vault',
  'order-pipeline:clusterCidrs': '10.20.0.0/16',
  'order-pipeline:redisUrl': 'rediss://:a-password-of-the-cache@cache.acme.shop:6379',
};
