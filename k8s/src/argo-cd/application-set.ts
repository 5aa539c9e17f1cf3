/** One application for each cluster whose Secret in Argo CD names its environment and variant. */
import { ApplicationSet } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1';
import type { Manifest } from '../model/manifest.ts';
import { ARGO_CD_NAMESPACE, CLUSTER_LABELS, PROJECT, REPOSITORY } from './names.ts';
import { SUBSCRIPTIONS } from './notifications.ts';

const label = (name: string) => `{{ index .metadata.labels "${name}" }}`;

/** Returns the application set. */
export function toApplicationSet(): Manifest {
  return new ApplicationSet({
    metadata: { name: PROJECT, namespace: ARGO_CD_NAMESPACE },
    spec: {
      goTemplate: true,
      // A cluster with a label missing makes no application, instead of one that applies a wrong folder.
      goTemplateOptions: ['missingkey=error'],
      generators: [
        {
          clusters: {
            selector: {
              matchExpressions: Object.values(CLUSTER_LABELS).map((key) => ({ key, operator: 'Exists' })),
            },
          },
        },
      ],
      // Removing a cluster from Argo CD leaves its workloads running.
      syncPolicy: { preserveResourcesOnDeletion: true },
      template: {
        metadata: {
          name: `${PROJECT}-{{ .name }}`,
          annotations: SUBSCRIPTIONS,
          labels: { [CLUSTER_LABELS.environment]: label(CLUSTER_LABELS.environment) },
        },
        spec: {
          project: PROJECT,
          source: {
            repoURL: REPOSITORY,
            targetRevision: 'main',
            path: `k8s/${label(CLUSTER_LABELS.environment)}/${label(CLUSTER_LABELS.variant)}`,
          },
          destination: { server: '{{ .server }}', namespace: label(CLUSTER_LABELS.namespace) },
          syncPolicy: {
            automated: { prune: true, selfHeal: true },
            syncOptions: [
              'ServerSideApply=true',
              'RespectIgnoreDifferences=true',
              'PruneLast=true',
              'ApplyOutOfSyncOnly=true',
            ],
            retry: { limit: 5, backoff: { duration: '30s', factor: 2, maxDuration: '5m' } },
          },
          ignoreDifferences: IGNORED,
          revisionHistoryLimit: 10,
        },
      },
    },
  } as never);
}

/** Fields that controllers own: the number of pods, and the changes of a canary in progress. */
const IGNORED = [
  { group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] },
  { group: 'argoproj.io', kind: 'Rollout', jsonPointers: ['/spec/replicas'] },
  {
    group: '',
    kind: 'Service',
    jqPathExpressions: ['.spec.selector["rollouts-pod-template-hash"]'],
  },
  {
    group: 'networking.istio.io',
    kind: 'VirtualService',
    jqPathExpressions: ['.spec.http[].route[]?.weight'],
  },
  {
    group: 'networking.istio.io',
    kind: 'DestinationRule',
    jqPathExpressions: ['.spec.subsets[].labels["rollouts-pod-template-hash"]'],
  },
];
