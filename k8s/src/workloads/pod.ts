/** The pod template of a service. */
import type { IPodTemplateSpec } from 'kubernetes-models/v1';
import { type ServiceName, STOP_TIMEOUT_SECONDS } from '../../../infra/src/decide/services.ts';
import { toMeshAnnotations } from '../ingress/mesh.ts';
import { toSelector } from '../model/manifest.ts';
import { toAgentAnnotations, toAgentVolumes } from '../secrets/vault-agent.ts';
import { type Context, isMeshed } from '../settings/types.ts';
import { toCollector } from './collector.ts';
import { hasSecretVolume, SECRETS_VOLUME, toContainer } from './container.ts';
import { isCanary, WORKLOADS } from './table.ts';

/** The image's `node` user and group. */
const USER = 1_000;

/** Label that the controller gives to the pods of one version. */
export function toVersionLabel(service: ServiceName, context: Context): string {
  return isCanary(service, context) ? 'rollouts-pod-template-hash' : 'pod-template-hash';
}

/** Returns the pod template of a service. */
export function toPodTemplate(service: ServiceName, context: Context): IPodTemplateSpec {
  const annotations = { ...toAgentAnnotations(service, context), ...toMeshAnnotations(service, context) };
  const volumes = toVolumes(service, context);
  const collector = toCollector(context);
  return {
    metadata: {
      labels: {
        ...toSelector(service),
        ...(isMeshed(context) && { 'sidecar.istio.io/inject': 'true' }),
      },
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    spec: {
      serviceAccountName: service,
      // No process speaks to the API server. EKS and Vault's agent get tokens of their own.
      automountServiceAccountToken: false,
      // Variables such as SCORING_PORT=tcp://… would read like settings.
      enableServiceLinks: false,
      terminationGracePeriodSeconds: WORKLOADS[service].preStopSeconds + STOP_TIMEOUT_SECONDS,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER,
        runAsGroup: USER,
        fsGroup: USER,
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      },
      nodeSelector: { 'kubernetes.io/arch': context.cluster.architecture },
      topologySpreadConstraints: toSpread(service, context),
      ...(collector && { initContainers: [collector] }),
      containers: [toContainer(service, context)],
      ...(volumes.length > 0 && { volumes }),
    },
  };
}

function toVolumes(service: ServiceName, context: Context) {
  if (context.variant.secrets === 'vault') return toAgentVolumes();
  if (!hasSecretVolume(service, context)) return [];
  return [{ name: SECRETS_VOLUME, secret: { secretName: service, defaultMode: 0o440 } }];
}

/** Pods of one version spread evenly: over zones in any case where data is protected, over nodes where possible. */
function toSpread(service: ServiceName, context: Context) {
  const strict = context.inputs.stage === 'prod';
  const spread = (topologyKey: string, whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway') => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable,
    labelSelector: { matchLabels: toSelector(service) },
    matchLabelKeys: [toVersionLabel(service, context)],
  });
  return [
    spread('topology.kubernetes.io/zone', strict ? 'DoNotSchedule' : 'ScheduleAnyway'),
    spread('kubernetes.io/hostname', 'ScheduleAnyway'),
  ];
}
