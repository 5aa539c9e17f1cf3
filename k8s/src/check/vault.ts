/** An agent reads in Vault only what its role may read there, and the role is that of the pod's account. */
import type { Context } from '../settings/types.ts';
import { toVaultFiles } from '../vault/policies.ts';
import { demand, type KubernetesObject, workloadsOf } from './objects.ts';

const PREFIX = 'vault.hashicorp.com';
const SECRET = `${PREFIX}/agent-inject-secret-`;

interface Role {
  readonly bound_service_account_names: readonly string[];
  readonly bound_service_account_namespaces: readonly string[];
  readonly token_policies: readonly string[];
}

/** Returns what the files of Vault do not allow. */
export function checkVault(objects: readonly KubernetesObject[], context: Context): string[] {
  if (context.variant.secrets !== 'vault') return [];
  const files = toVaultFiles(context);
  return workloadsOf(objects).flatMap((workload) => {
    const { metadata, spec } = workload.spec.template;
    const annotations: Record<string, string> = metadata.annotations ?? {};
    const name = annotations[`${PREFIX}/role`];
    const text = files[`kubernetes-roles/${name}.json`];
    if (text === undefined) return demand(false, workload, `logs in to Vault as ${name}, which there is not`);
    const role = JSON.parse(text) as Role;
    const policies = role.token_policies.map((policy) => files[`policies/${policy}.hcl`] ?? '').join('\n');
    const paths = Object.entries(annotations).flatMap(([key, path]) =>
      key.startsWith(SECRET) ? [path] : [],
    );
    return [
      ...demand(
        role.bound_service_account_names.includes(spec.serviceAccountName) &&
          role.bound_service_account_namespaces.includes(workload.metadata.namespace ?? ''),
        workload,
        `logs in to Vault as ${name}, which is bound to another account`,
      ),
      ...paths.flatMap((path) =>
        demand(policies.includes(`path "${path}"`), workload, `reads ${path}, which ${name} may not read`),
      ),
    ];
  });
}
