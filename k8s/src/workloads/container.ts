/** The container of a service: ports, probes, limits and confinement. */
import type { IContainer } from 'kubernetes-models/v1';
import { toSecretNames } from '../../../infra/src/decide/environment.ts';
import {
  HEALTH_CHECK,
  PORTS,
  type ServiceName,
  type ServicePorts,
} from '../../../infra/src/decide/services.ts';
import type { Context } from '../settings/types.ts';
import { SECRETS_FOLDER, toPodEnvironment } from './environment.ts';
import { WORKLOADS } from './table.ts';

/** Name of the port with `/health`, `/ready` and `/metrics`, where it is not the service's own. */
const OPS_PORT = 'http-ops';

/** Name of the volume with the secrets, where they come from a Secret. */
export const SECRETS_VOLUME = 'secrets';

/** CPU units of one vCPU. */
const VCPU = 1_024;
const STARTUP_PERIOD_SECONDS = 2;
/** One readiness check of a dependency takes two seconds at most. */
const READY_TIMEOUT_SECONDS = 3;

/** Returns the named ports of a service: the one that is called, and the one for operators where it is another. */
function toPorts(service: ServiceName): { readonly name: string; readonly port: number }[] {
  const { service: called, ops }: ServicePorts = PORTS[service];
  const ports = called ? [{ name: called.protocol as string, port: called.port }] : [];
  return called?.port === ops ? ports : [...ports, { name: OPS_PORT, port: ops }];
}

/** Returns the name of the port with `/health`, `/ready` and `/metrics`. */
function toOpsPortName(service: ServiceName): string {
  return toPorts(service).find(({ port }) => port === PORTS[service].ops)?.name ?? OPS_PORT;
}

/** Confinement of every container, in addition to that of its pod. */
export const CONFINED = {
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** Returns the container of a service. */
export function toContainer(service: ServiceName, context: Context): IContainer {
  const { inputs } = context;
  const { preStopSeconds } = WORKLOADS[service];
  return {
    name: service,
    image: inputs.images[service],
    imagePullPolicy: 'IfNotPresent',
    ports: toPorts(service).map(({ name, port }) => ({ name, containerPort: port, protocol: 'TCP' })),
    env: Object.entries(toPodEnvironment(service, context)).map(([name, value]) => ({ name, value })),
    resources: toResources(inputs.sizes[service]),
    ...toProbes(service),
    // The kubelet waits, so that the image needs no shell, and SIGTERM arrives after callers have stopped.
    ...(preStopSeconds > 0 && { lifecycle: { preStop: { sleep: { seconds: preStopSeconds } } } }),
    securityContext: CONFINED,
    // A Secret's files change in place because the whole folder is mounted: a subPath would keep the first version.
    ...(hasSecretVolume(service, context) && {
      volumeMounts: [{ name: SECRETS_VOLUME, mountPath: SECRETS_FOLDER, readOnly: true }],
    }),
  };
}

/** Returns true when the secrets of a service come as files of a Secret. */
export function hasSecretVolume(service: ServiceName, { variant, inputs }: Context): boolean {
  return variant.secrets === 'external-secrets' && toSecretNames(service, inputs.features).length > 0;
}

/** Requests are the task's size in ECS. Memory is a hard limit; one process may use a whole core or twice its request. */
function toResources({ cpuUnits, memoryMiB }: { readonly cpuUnits: number; readonly memoryMiB: number }) {
  const milli = (units: number) => `${Math.round((units * 1_000) / VCPU)}m`;
  const memory = `${memoryMiB}Mi`;
  return {
    requests: { cpu: milli(cpuUnits), memory },
    limits: { cpu: milli(Math.max(VCPU, 2 * cpuUnits)), memory },
  };
}

function toProbes(service: ServiceName) {
  const get = (path: string) => ({ httpGet: { path, port: toOpsPortName(service) } });
  const { intervalSeconds, timeoutSeconds, retries, startSeconds } = HEALTH_CHECK;
  return {
    startupProbe: {
      ...get('/health'),
      periodSeconds: STARTUP_PERIOD_SECONDS,
      timeoutSeconds: 1,
      failureThreshold: startSeconds / STARTUP_PERIOD_SECONDS,
    },
    readinessProbe: {
      ...get('/ready'),
      periodSeconds: timeoutSeconds,
      timeoutSeconds: READY_TIMEOUT_SECONDS,
      failureThreshold: 2,
    },
    livenessProbe: {
      ...get('/health'),
      periodSeconds: intervalSeconds,
      timeoutSeconds,
      failureThreshold: retries,
    },
  };
}
