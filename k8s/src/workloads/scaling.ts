/** Number of pods: follows the load out at once, in slowly, and never falls to nothing. */
import { ScaledObject, TriggerAuthentication } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type { DataNames } from '../../../infra/src/decide/environment.ts';
import {
  BACKLOG_PER_PROCESS,
  CPU_TARGET_PERCENT,
  SCALE_IN_COOLDOWN_SECONDS,
  SCALE_OUT_COOLDOWN_SECONDS,
} from '../../../infra/src/decide/scaling.ts';
import { type ServiceName, SINGLE_SERVICES } from '../../../infra/src/decide/services.ts';
import { type Manifest, toMetadata, toSelector, WAVES } from '../model/manifest.ts';
import type { Context } from '../settings/types.ts';
import { toScaleTarget } from './controller.ts';
import { WORKLOADS } from './table.ts';

/** Names of KEDA's access to SQS, and the queues by whose messages services are scaled. */
const BACKLOGS = {
  'order-processor': { access: 'keda-sqs', queue: 'orderQueueUrl' },
  webhooks: { access: 'keda-sqs-webhooks', queue: 'webhookQueueUrl' },
} as const satisfies Partial<Record<ServiceName, { access: string; queue: keyof DataNames }>>;

function hasBacklog(service: ServiceName): service is keyof typeof BACKLOGS {
  return service in BACKLOGS;
}

const BEHAVIOR = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    policies: [{ type: 'Percent', value: 100, periodSeconds: SCALE_OUT_COOLDOWN_SECONDS }],
  },
  scaleDown: {
    stabilizationWindowSeconds: SCALE_IN_COOLDOWN_SECONDS,
    policies: [{ type: 'Percent', value: 25, periodSeconds: 60 }],
  },
};

/** Returns the autoscaler and the disruption budget of a service; no autoscaler for one that runs once. */
export function toScaling(service: ServiceName, context: Context): Manifest[] {
  if (SINGLE_SERVICES.includes(service)) return [toBudget(service, context)];
  const byBacklog = hasBacklog(service) && context.cluster.processorScaling === 'keda';
  return [toBudget(service, context), ...(byBacklog ? toKeda(service, context) : [toHpa(service, context)])];
}

/** One pod at a time may be evicted: also a single one, whose node could otherwise never be drained. */
function toBudget(service: ServiceName, context: Context): Manifest {
  return new PodDisruptionBudget({
    metadata: toMetadata(context, service, { service, wave: WORKLOADS[service].wave }),
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: toSelector(service) },
    },
  });
}

function toHpa(service: ServiceName, context: Context): Manifest {
  const { minTasks, maxTasks } = context.inputs.sizes[service];
  return new HorizontalPodAutoscaler({
    metadata: toMetadata(context, service, { service, wave: WAVES.scaling }),
    spec: {
      scaleTargetRef: toScaleTarget(service, context),
      minReplicas: minTasks,
      maxReplicas: maxTasks,
      metrics: [
        {
          // Of the service's own container: a proxy's idle CPU would hide its load.
          type: 'ContainerResource',
          containerResource: {
            name: 'cpu',
            container: service,
            target: { type: 'Utilization', averageUtilization: CPU_TARGET_PERCENT },
          },
        },
      ],
      behavior: BEHAVIOR,
    },
  });
}

/** KEDA makes one autoscaler of both triggers: CPU still scales when SQS is unavailable. */
function toKeda(service: keyof typeof BACKLOGS, context: Context): Manifest[] {
  const { inputs } = context;
  const { access: name, queue } = BACKLOGS[service];
  const { minTasks, maxTasks } = inputs.sizes[service];
  const access = new TriggerAuthentication({
    metadata: toMetadata(context, name, { service, wave: WAVES.scaling }),
    // KEDA's own role may read the queues' lengths: ADD_ON_ACCOUNTS in infra/src/decide.
    spec: { podIdentity: { provider: 'aws' } },
  });
  const scaled = new ScaledObject({
    metadata: toMetadata(context, service, { service, wave: WAVES.scaling }),
    spec: {
      scaleTargetRef: toScaleTarget(service, context),
      minReplicaCount: minTasks,
      maxReplicaCount: maxTasks,
      pollingInterval: SCALE_OUT_COOLDOWN_SECONDS,
      cooldownPeriod: SCALE_IN_COOLDOWN_SECONDS,
      fallback: { failureThreshold: 3, replicas: minTasks, behavior: 'currentReplicasIfHigher' },
      advanced: { horizontalPodAutoscalerConfig: { name: service, behavior: BEHAVIOR } },
      triggers: [
        {
          type: 'aws-sqs-queue',
          authenticationRef: { name },
          metadata: {
            queueURL: inputs.names[queue],
            queueLength: String(BACKLOG_PER_PROCESS),
            awsRegion: inputs.region,
            // Messages in work count: their pods must not be taken away.
            scaleOnInFlight: 'true',
          },
        },
        {
          type: 'cpu',
          metricType: 'Utilization',
          metadata: { value: String(CPU_TARGET_PERCENT), containerName: service },
        },
      ],
    },
  });
  return [access, scaled];
}
