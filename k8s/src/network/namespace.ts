/** The namespace, which admits confined pods only. */
import { Namespace } from 'kubernetes-models/v1';
import { type Manifest, toClusterMetadata, WAVES } from '../model/manifest.ts';
import { type Context, isMeshed } from '../settings/types.ts';

/** Returns the namespace of the system. */
export function toNamespace(context: Context): Manifest {
  const level = 'restricted';
  return new Namespace({
    metadata: toClusterMetadata(context, context.inputs.prefix, {
      wave: WAVES.foundation,
      labels: {
        'pod-security.kubernetes.io/enforce': level,
        'pod-security.kubernetes.io/audit': level,
        'pod-security.kubernetes.io/warn': level,
        ...(isMeshed(context) && { 'istio-injection': 'enabled' }),
      },
      // Deleting an application by mistake must not delete the namespace and everything else in it.
      annotations: { 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' },
    }),
  });
}
