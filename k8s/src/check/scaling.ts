/** Autoscalers and disruption budgets fit each other, and a node can always be drained. */
import { demand, type KubernetesObject, matches, ofKind, workloadsOf } from './objects.ts';

/** Reports problems of scaling and disruption. */
export function checkScaling(objects: readonly KubernetesObject[]): string[] {
  return workloadsOf(objects).flatMap((workload) => [
    ...checkAutoscalers(workload, objects),
    ...checkBudgets(workload, objects),
  ]);
}

function scalersOf({ kind, metadata }: KubernetesObject, objects: readonly KubernetesObject[]) {
  return ofKind(objects, 'HorizontalPodAutoscaler', 'ScaledObject').filter(
    ({ spec }) => spec.scaleTargetRef.kind === kind && spec.scaleTargetRef.name === metadata.name,
  );
}

function minimumOf({ spec }: KubernetesObject): number {
  return spec.minReplicas ?? spec.minReplicaCount ?? 0;
}

function checkAutoscalers(workload: KubernetesObject, objects: readonly KubernetesObject[]): string[] {
  const scalers = scalersOf(workload, objects);
  // A workload of a fixed number of pods names it, and has no autoscaler.
  if (scalers.length === 0 && workload.spec.replicas >= 1) return [];
  return [
    ...demand(
      scalers.length === 1,
      workload,
      `has ${scalers.length} autoscalers: they would fight, or nobody decides`,
    ),
    ...demand(
      workload.spec.replicas === undefined,
      workload,
      'names replicas, which belong to the autoscaler',
    ),
    ...scalers.flatMap((scaler) => {
      const maximum = scaler.spec.maxReplicas ?? scaler.spec.maxReplicaCount;
      return [
        ...demand(minimumOf(scaler) >= 1, scaler, 'scales to nothing'),
        ...demand(maximum >= minimumOf(scaler), scaler, 'has a maximum below its minimum'),
      ];
    }),
  ];
}

function checkBudgets(workload: KubernetesObject, objects: readonly KubernetesObject[]): string[] {
  const budgets = ofKind(objects, 'PodDisruptionBudget').filter(({ spec }) =>
    matches(spec.selector, workload.spec.template.metadata.labels),
  );
  const [scaler] = scalersOf(workload, objects);
  const minimum = scaler ? minimumOf(scaler) : (workload.spec.replicas ?? 1);
  return [
    ...demand(
      budgets.length === 1,
      workload,
      `has ${budgets.length} disruption budgets: an eviction needs exactly one`,
    ),
    ...budgets.flatMap((budget) =>
      demand(
        evictable(budget, minimum) > 0,
        budget,
        `lets none of ${minimum} pods go: no node could be drained`,
      ),
    ),
  ];
}

/** Returns how many of so many pods may be evicted, by the rounding of the disruption controller. */
function evictable({ spec }: KubernetesObject, pods: number): number {
  const toNumber = (value: string | number) =>
    typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * pods) / 100);
  if (spec.maxUnavailable !== undefined) return toNumber(spec.maxUnavailable);
  return pods - toNumber(spec.minAvailable ?? 0);
}
