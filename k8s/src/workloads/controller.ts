/** Controller that keeps the pods of a service running: a Rollout where canaries are on, else a Deployment. */
import { Rollout } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1';
import { Deployment } from 'kubernetes-models/apps/v1';
import { type ServiceName, SINGLE_SERVICES } from '../../../infra/src/decide/services.ts';
import { toCanary } from '../delivery/canary.ts';
import { type Manifest, toMetadata, toSelector } from '../model/manifest.ts';
import type { Context } from '../settings/types.ts';
import { toPodTemplate } from './pod.ts';
import { isCanary, WORKLOADS } from './table.ts';

/** Old versions that are kept for going back. */
const HISTORY = 5;
/** Longer than a start, its probes and a scale-out of nodes. */
const PROGRESS_DEADLINE_SECONDS = 600;

/** Reference to the controller of a service, for autoscalers. */
export function toScaleTarget(service: ServiceName, context: Context) {
  return isCanary(service, context)
    ? { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: service }
    : { apiVersion: 'apps/v1', kind: 'Deployment', name: service };
}

/** Returns the controller of a service. It names replicas only where no autoscaler decides about their number. */
export function toController(service: ServiceName, context: Context): Manifest {
  const metadata = toMetadata(context, service, { service, wave: WORKLOADS[service].wave });
  const common = {
    selector: { matchLabels: toSelector(service) },
    template: toPodTemplate(service, context),
    revisionHistoryLimit: HISTORY,
    progressDeadlineSeconds: PROGRESS_DEADLINE_SECONDS,
  };
  if (!isCanary(service, context)) {
    return new Deployment({
      metadata,
      spec: {
        ...common,
        ...(SINGLE_SERVICES.includes(service) && { replicas: 1 }),
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      },
    });
  }
  return new Rollout({
    metadata,
    spec: { ...common, strategy: { canary: toCanary(service, context) } } as never,
  });
}
