/** Names in Vault. */
import type { SecretName } from '../../../infra/src/decide/environment.ts';
import type { ServiceName } from '../../../infra/src/decide/services.ts';
import type { Context } from '../settings/types.ts';

/** Returns the name of a service's policy and of its roles, in every mount. */
export function toVaultName(service: ServiceName, { inputs }: Context): string {
  return `${inputs.prefix}-${service}`;
}

/** Returns the path by which a secret is read from the key-value engine, version 2. */
export function toKvPath(secret: SecretName, { inputs, cluster }: Context): string {
  return `${cluster.vault.kvMount}/data/${inputs.prefix}/${toKvKey(secret)}`;
}

/** Returns the last part of a secret's path, such as `jwt-secret`. */
function toKvKey(secret: SecretName): string {
  return secret.toLowerCase().replaceAll('_', '-');
}
