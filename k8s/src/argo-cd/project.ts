/** The Argo CD project: one repository, the system's namespaces, and the kinds that are rendered. */
import { AppProject } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1';
import { CLUSTER_KINDS } from '../check/namespaces.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Environment } from '../settings/types.ts';
import { ARGO_CD_NAMESPACE, PROJECT, REPOSITORY } from './names.ts';

/** Returns the project; `rendered` is everything that it will apply. */
export function toProject(environments: readonly Environment[], rendered: readonly Manifest[]): Manifest {
  const kinds = new Set(rendered.map(({ apiVersion, kind }) => `${toGroup(apiVersion)}/${kind}`));
  const toRestriction = (entry: string) => {
    const [group = '', kind = ''] = entry.split('/');
    return { group, kind };
  };
  const isClusterWide = (entry: string) => CLUSTER_KINDS.includes(toRestriction(entry).kind);
  const namespaces = new Set(
    environments.flatMap(({ inputs, cluster }) => [inputs.prefix, cluster.ingress.istio.namespace]),
  );
  return new AppProject({
    metadata: { name: PROJECT, namespace: ARGO_CD_NAMESPACE },
    spec: {
      sourceRepos: [REPOSITORY],
      destinations: [...namespaces].map((namespace) => ({ namespace, server: '*' })),
      clusterResourceWhitelist: [...kinds].filter(isClusterWide).sort().map(toRestriction),
      namespaceResourceWhitelist: [...kinds]
        .filter((entry) => !isClusterWide(entry))
        .sort()
        .map(toRestriction),
      orphanedResources: { warn: true },
    },
  });
}

function toGroup(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}
