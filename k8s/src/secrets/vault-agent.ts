/** Vault's agent alongside each process: it writes secrets and AWS credentials as files, and again when they change. */
import { toSecretNames } from '../../../infra/src/decide/environment.ts';
import type { ServiceName } from '../../../infra/src/decide/services.ts';
import type { Context } from '../settings/types.ts';
import { AWS_CREDENTIALS_FILE, SECRETS_FOLDER } from '../workloads/environment.ts';
import { toKvPath, toVaultName } from './vault-names.ts';

const PREFIX = 'vault.hashicorp.com';
const TOKEN_VOLUME = 'vault-token';
const TOKEN_SECONDS = 3_600;
/** Longest delay until a new value of a secret is in its file. */
const RENDER_INTERVAL = '1m';

/** Returns the annotations that Vault's injector reads. Empty where secrets come from elsewhere. */
export function toAgentAnnotations(service: ServiceName, context: Context): Record<string, string> {
  if (context.variant.secrets !== 'vault') return {};
  const { vault } = context.cluster;
  const name = toVaultName(service, context);
  return {
    [`${PREFIX}/agent-inject`]: 'true',
    [`${PREFIX}/service`]: vault.address,
    [`${PREFIX}/auth-path`]: `auth/${vault.authMount}`,
    [`${PREFIX}/role`]: name,
    // No other container of the pod has the files.
    [`${PREFIX}/agent-inject-containers`]: service,
    // The process starts with every file in place.
    [`${PREFIX}/agent-pre-populate`]: 'true',
    [`${PREFIX}/agent-run-as-same-user`]: 'true',
    [`${PREFIX}/agent-set-security-context`]: 'true',
    [`${PREFIX}/agent-service-account-token-volume-name`]: TOKEN_VOLUME,
    [`${PREFIX}/secret-volume-path`]: SECRETS_FOLDER,
    [`${PREFIX}/template-static-secret-render-interval`]: RENDER_INTERVAL,
    [`${PREFIX}/agent-requests-cpu`]: '20m',
    [`${PREFIX}/agent-limits-cpu`]: '250m',
    [`${PREFIX}/agent-requests-mem`]: '64Mi',
    [`${PREFIX}/agent-limits-mem`]: '128Mi',
    ...toFile(AWS_CREDENTIALS_FILE, `${vault.awsMount}/creds/${name}`, AWS_TEMPLATE),
    ...Object.assign(
      {},
      ...toSecretNames(service, context.inputs.features).map((secret) =>
        toFile(secret, toKvPath(secret, context), KV_TEMPLATE),
      ),
    ),
  };
}

/** Returns the volume with the token by which the agent logs in: for Vault alone, and mounted in no other container. */
export function toAgentVolumes() {
  return [
    {
      name: TOKEN_VOLUME,
      projected: {
        sources: [
          { serviceAccountToken: { audience: 'vault', expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        ],
      },
    },
  ];
}

const KV_TEMPLATE = '{{ .Data.data.value }}';

const AWS_TEMPLATE = [
  '[default]',
  'aws_access_key_id={{ .Data.access_key }}',
  'aws_secret_access_key={{ .Data.secret_key }}',
  'aws_session_token={{ .Data.security_token }}',
].join('\n');

function toFile(name: string, path: string, template: string): Record<string, string> {
  return {
    [`${PREFIX}/agent-inject-secret-${name}`]: path,
    [`${PREFIX}/agent-inject-file-${name}`]: name,
    [`${PREFIX}/agent-inject-perms-${name}`]: '0400',
    // Without the dashes the file would begin or end with an empty line, which would be part of the secret.
    [`${PREFIX}/agent-inject-template-${name}`]: `{{- with secret "${path}" -}}\n${template}\n{{- end -}}`,
  };
}
