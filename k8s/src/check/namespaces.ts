/** Objects are where they belong, and each is there once. */
import type { Context } from '../settings/types.ts';
import { type KubernetesObject, toName } from './objects.ts';

/** Kinds without a namespace. */
export const CLUSTER_KINDS: readonly string[] = ['Namespace', 'ClusterIssuer'];

/** Reports objects that are in the wrong place, exist twice, or lack the common labels. */
export function checkNamespaces(objects: readonly KubernetesObject[], context: Context): string[] {
  const { inputs, cluster, name } = context;
  const gateway = cluster.ingress.istio.namespace;
  const keys = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
  return [
    ...keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `${key}: is there twice`),
    ...objects.flatMap((object) => {
      const { namespace, labels, annotations } = object.metadata;
      const findings: string[] = [];
      const clusterWide = CLUSTER_KINDS.includes(object.kind);
      const allowed = object.kind === 'Certificate' ? [inputs.prefix, gateway] : [inputs.prefix];
      if (clusterWide ? namespace !== undefined : !allowed.includes(namespace ?? ''))
        findings.push(`is in the namespace ${namespace}`);
      if (labels?.['app.kubernetes.io/part-of'] !== 'order-pipeline')
        findings.push('does not say what it is part of');
      if (labels?.['order-pipeline/environment'] !== name) findings.push('does not say its environment');
      if (!/^-?\d+$/.test(annotations?.['argocd.argoproj.io/sync-wave'] ?? ''))
        findings.push('has no sync wave');
      return findings.map((finding) => `${toName(object)}: ${finding}`);
    }),
  ];
}
