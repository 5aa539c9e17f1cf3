/** Environment variables of a pod: those of the ECS task, with secrets and credentials as files. */
import {
  type SecretName,
  SIDECAR_ENDPOINT,
  toEnvironment,
  toSecretNames,
} from '../../../infra/src/decide/environment.ts';
import { toDeployedServices } from '../../../infra/src/decide/features.ts';
import { PORTS, type ServiceName } from '../../../infra/src/decide/services.ts';
import { type Context, toCollectorPlace, toIdentity } from '../settings/types.ts';
import { toReadinessUrl } from './services.ts';

/** Folder of the secrets inside a container. */
export const SECRETS_FOLDER = '/run/secrets/order-pipeline';

/** File of AWS credentials that Vault issues. */
export const AWS_CREDENTIALS_FILE = 'aws-credentials';

/** Returns the path of a secret's file. */
function toSecretPath(secret: SecretName): string {
  return `${SECRETS_FOLDER}/${secret}`;
}

/** Returns all variables of a service's pods, in the order of their names. */
export function toPodEnvironment(service: ServiceName, context: Context): Record<string, string> {
  const { inputs, cluster } = context;
  const place = toCollectorPlace(context);
  const variables = {
    ...toEnvironment(service, {
      ...inputs.names,
      ...inputs,
      publicBaseUrl: `https://${inputs.domainName}`,
      trustProxyHops: cluster.trustProxyHops,
      apiProcesses: inputs.sizes['order-api'].minTasks,
      scoringUrl: `http://scoring:${PORTS.scoring.service.port}`,
      readinessUrls: toReadinessUrls(context),
      ...(place && { tracesEndpoint: place === 'sidecar' ? SIDECAR_ENDPOINT : cluster.collector.address }),
    }),
    ...Object.fromEntries(
      toSecretNames(service, inputs.features).map((name) => [`${name}_FILE`, toSecretPath(name)]),
    ),
    ...(toIdentity(context) === 'vault' && {
      AWS_SHARED_CREDENTIALS_FILE: `${SECRETS_FOLDER}/${AWS_CREDENTIALS_FILE}`,
    }),
  };
  return Object.fromEntries(Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Base URLs of the services that the console watches: all but itself. */
function toReadinessUrls(context: Context): Record<string, string> {
  const watched = toDeployedServices(context.inputs.features).filter((service) => service !== 'operations');
  return Object.fromEntries(watched.map((service) => [service, toReadinessUrl(service, context)]));
}
