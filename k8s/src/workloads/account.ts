/** Service accounts. EKS Pod Identity binds them to roles in AWS; IRSA names the role here. */
import { ServiceAccount } from 'kubernetes-models/v1';
import type { ServiceName } from '../../../infra/src/decide/services.ts';
import { type Manifest, toMetadata, WAVES } from '../model/manifest.ts';
import { type Context, toCollectorPlace, toIdentity } from '../settings/types.ts';

/** Returns the service account of a service. */
export function toAccount(service: ServiceName, context: Context): Manifest {
  const identities = [
    toIdentity(context),
    // The collector alongside the process takes the cluster's, also where Vault serves the process.
    ...(toCollectorPlace(context) === 'sidecar' ? [context.cluster.identity] : []),
  ];
  const irsa = identities.includes('irsa');
  return new ServiceAccount({
    metadata: toMetadata(context, service, {
      service,
      wave: WAVES.foundation,
      ...(irsa && { annotations: { 'eks.amazonaws.com/role-arn': context.inputs.roles[service] } }),
    }),
    automountServiceAccountToken: false,
  });
}
