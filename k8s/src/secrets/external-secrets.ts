/** External Secrets: copies values of AWS Secrets Manager into a Secret for each service. */
import { ExternalSecret, SecretStore } from '@kubernetes-models/external-secrets/external-secrets.io/v1';
import { type SecretName, toSecretNames } from '../../../infra/src/decide/environment.ts';
import { toDeployedServices } from '../../../infra/src/decide/features.ts';
import type { ServiceName } from '../../../infra/src/decide/services.ts';
import { type Manifest, toMetadata, WAVES } from '../model/manifest.ts';
import type { Context } from '../settings/types.ts';

const STORE = 'aws-secrets-manager';
/** Longest delay until a new value reaches the Secret; the kubelet updates the files within another minute. */
const REFRESH_INTERVAL = '1m';

/** Returns the store and the secrets. The operator reads with its own role, which may read these secrets only. */
export function toExternalSecrets(context: Context): Manifest[] {
  const store = new SecretStore({
    metadata: toMetadata(context, STORE, { wave: WAVES.secrets }),
    spec: { provider: { aws: { service: 'SecretsManager', region: context.inputs.region } } },
  });
  const { features } = context.inputs;
  const services = toDeployedServices(features).filter(
    (service) => toSecretNames(service, features).length > 0,
  );
  return [store, ...services.map((service) => toExternalSecret(service, context))];
}

function toExternalSecret(service: ServiceName, context: Context): Manifest {
  return new ExternalSecret({
    metadata: toMetadata(context, service, { service, wave: WAVES.secrets }),
    spec: {
      refreshInterval: REFRESH_INTERVAL,
      secretStoreRef: { name: STORE, kind: 'SecretStore' },
      // Deleting a value by mistake leaves the last one where it is.
      target: { name: service, creationPolicy: 'Owner', deletionPolicy: 'Retain' },
      data: toSecretNames(service, context.inputs.features).map((name) => ({
        secretKey: name,
        remoteRef: {
          key: toKey(name, context),
          conversionStrategy: 'Default',
          decodingStrategy: 'None',
          metadataPolicy: 'None',
        },
      })),
    },
  });
}

/** Returns the name of a secret in Secrets Manager. */
function toKey(name: SecretName, { inputs }: Context): string {
  const key = inputs.secrets[name];
  if (!key)
    throw new Error(`k8s/settings has no name for the secret ${name}: write the stack's output there again`);
  return key;
}
