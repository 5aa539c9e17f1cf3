/** Names in Argo CD. */

/** Name of the project and prefix of the applications. */
export const PROJECT = 'order-pipeline';

/** Namespace of Argo CD. */
export const ARGO_CD_NAMESPACE = 'argocd';

/** Address from which Argo CD reads this repository. Change it to your copy. */
export const REPOSITORY = 'https://git.acme.shop/order-pipeline.git';

/** Labels of a cluster's Secret in Argo CD: its environment and variant. */
export const CLUSTER_LABELS = {
  environment: 'order-pipeline/environment',
  variant: 'order-pipeline/variant',
  namespace: 'order-pipeline/namespace',
} as const;
