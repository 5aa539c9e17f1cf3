/** Vault's side as code: who may read which secret, and which AWS permissions Vault issues. Applied by k8s/vault-apply.sh. */
import { toSecretNames } from '../../../infra/src/decide/environment.ts';
import { toDeployedServices } from '../../../infra/src/decide/features.ts';
import { toPolicy, toTaskStatements } from '../../../infra/src/decide/permissions.ts';
import type { ServiceName } from '../../../infra/src/decide/services.ts';
import { toKvPath, toVaultName } from '../secrets/vault-names.ts';
import type { Context } from '../settings/types.ts';

/** Lifetime of AWS credentials and of the agent's token. */
const TTL = '1h';

/** Returns the files of one environment, by their path inside its folder `vault`. */
export function toVaultFiles(context: Context): Record<string, string> {
  return Object.fromEntries(
    toDeployedServices(context.inputs.features).flatMap((service) => {
      const name = toVaultName(service, context);
      return [
        [`policies/${name}.hcl`, toHcl(service, context)],
        [`kubernetes-roles/${name}.json`, toJson(toKubernetesRole(service, context))],
        [`aws-roles/${name}.json`, toJson(toAwsRole(service, context))],
      ];
    }),
  );
}

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function toHcl(service: ServiceName, context: Context): string {
  const paths = [
    ...toSecretNames(service, context.inputs.features).map((secret) => toKvPath(secret, context)),
    `${context.cluster.vault.awsMount}/creds/${toVaultName(service, context)}`,
  ];
  return paths.map((path) => `path "${path}" {\n  capabilities = ["read"]\n}\n`).join('\n');
}

/** The role by which a pod's agent logs in: its service account, in its namespace, with a token made for Vault. */
function toKubernetesRole(service: ServiceName, context: Context) {
  return {
    bound_service_account_names: [service],
    bound_service_account_namespaces: [context.inputs.prefix],
    audience: 'vault',
    token_policies: [toVaultName(service, context)],
    token_ttl: TTL,
    token_no_default_policy: false,
  };
}

/** Credentials of the service's role in AWS, narrowed to the statements of its task. */
function toAwsRole(service: ServiceName, { inputs }: Context) {
  return {
    credential_type: 'assumed_role',
    role_arns: [inputs.roles[service]],
    policy_document: toPolicy(toTaskStatements(service, inputs.arns, inputs.features)),
    default_sts_ttl: TTL,
    max_sts_ttl: TTL,
  };
}
