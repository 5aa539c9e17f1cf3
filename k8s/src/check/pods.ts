/** Checks that pods are restricted, have probes and limits, and get time to drain. */
import { STOP_TIMEOUT_SECONDS } from '../../../infra/src/decide/services.ts';
import { demand, type Json, type KubernetesObject, ofKind, workloadsOf } from './objects.ts';

/** Names of variables that hold secrets. */
const SECRET_NAMES = /SECRET|PASSWORD|TOKEN|PRIVATE|CREDENTIAL|SIGNING_KEY|REDIS_URL|API_KEY/;
/** Page of each probe: a dependency that is down takes pods out of the endpoints, and restarts none. */
const PROBES = { startupProbe: '/health', readinessProbe: '/ready', livenessProbe: '/health' } as const;

/** A path to a secret is none. */
const FILE_NAMES = /_FILE$/;

/** Reports problems of the pods. */
export function checkPods(objects: readonly KubernetesObject[]): string[] {
  return [
    ...workloadsOf(objects).flatMap((workload) => [
      ...checkPod(workload),
      ...workload.spec.template.spec.containers.flatMap((container: Json) => [
        ...checkContainer(workload, container),
        ...checkProbes(workload, container),
      ]),
      ...(workload.spec.template.spec.initContainers ?? []).flatMap((container: Json) => [
        ...checkContainer(workload, container),
        ...checkSidecar(workload, container),
      ]),
    ]),
    ...ofKind(objects, 'Namespace').flatMap((namespace) =>
      demand(
        namespace.metadata.labels?.['pod-security.kubernetes.io/enforce'] === 'restricted',
        namespace,
        'does not enforce the restricted Pod Security Standard',
      ),
    ),
  ];
}

function checkPod(workload: KubernetesObject): string[] {
  const pod = workload.spec.template.spec;
  const security = pod.securityContext ?? {};
  const preStop = Math.max(
    0,
    ...pod.containers.map((it: Json) => it.lifecycle?.preStop?.sleep?.seconds ?? 0),
  );
  const wants = (condition: unknown, finding: string) => demand(condition, workload, finding);
  return [
    ...wants(!pod.hostNetwork && !pod.hostPID && !pod.hostIPC, 'shares the network or processes of its node'),
    ...wants(!pod.volumes?.some((volume: Json) => volume.hostPath), 'mounts a folder of its node'),
    ...wants(security.runAsNonRoot === true && security.runAsUser > 0, 'runs as root: set runAsNonRoot'),
    ...wants(security.seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile'),
    ...wants(pod.automountServiceAccountToken === false, 'has a token of the API server, and no use for it'),
    ...wants(
      pod.enableServiceLinks === false,
      'gets variables that Kubernetes makes up: set enableServiceLinks',
    ),
    ...wants(
      pod.terminationGracePeriodSeconds >= preStop + STOP_TIMEOUT_SECONDS,
      `is killed before it has drained: allow ${preStop + STOP_TIMEOUT_SECONDS} seconds`,
    ),
    ...wants(
      ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].every((key) =>
        pod.topologySpreadConstraints?.some((it: Json) => it.topologyKey === key),
      ),
      'does not spread over zones and nodes',
    ),
  ];
}

function checkContainer(workload: KubernetesObject, container: Json): string[] {
  const security = container.securityContext ?? {};
  const wants = (condition: unknown, finding: string) => demand(condition, workload, finding);
  const { requests = {}, limits = {} } = container.resources ?? {};
  return [
    ...wants(!security.privileged, 'is privileged'),
    ...wants(security.allowPrivilegeEscalation === false, 'can gain privileges'),
    ...wants(security.readOnlyRootFilesystem === true, 'can write to its image'),
    ...wants(security.capabilities?.drop?.includes('ALL'), 'keeps capabilities'),
    ...wants(!security.capabilities?.add?.length, 'adds capabilities'),
    ...wants(!/:latest$|^[^@]*\/[^:@]*$/.test(container.image), 'runs an image that changes'),
    ...wants(requests.cpu && requests.memory && limits.cpu && limits.memory, 'has no requests or limits'),
    ...wants(requests.memory === limits.memory, 'may use memory that was not reserved'),
    ...(container.env ?? [])
      .filter(
        ({ name, value }: Json) => value !== undefined && SECRET_NAMES.test(name) && !FILE_NAMES.test(name),
      )
      .filter(({ name }: Json) => name !== 'AWS_SHARED_CREDENTIALS_FILE')
      .map(({ name }: Json) => `${workload.kind} ${workload.metadata.name}: has ${name} in plain text`),
  ];
}

function checkProbes(workload: KubernetesObject, container: Json): string[] {
  const ports = (container.ports ?? []).flatMap(({ name, containerPort }: Json) => [name, containerPort]);
  return Object.entries(PROBES).flatMap(([probe, path]) => [
    ...demand(container[probe], workload, `has no ${probe}`),
    ...demand(
      !container[probe] || container[probe].httpGet?.path === path,
      workload,
      `has a ${probe} of another page than ${path}`,
    ),
    ...demand(
      ports.includes(container[probe]?.httpGet?.port),
      workload,
      `has a ${probe} on a port that it does not have`,
    ),
  ]);
}

/** A container before the others runs alongside them, and their pod is ready without it. */
function checkSidecar(workload: KubernetesObject, container: Json): string[] {
  const probes = ['startupProbe', 'readinessProbe'].filter((probe) => container[probe]);
  return [
    ...demand(
      container.restartPolicy === 'Always',
      workload,
      `waits for the end of ${container.name}: set its restartPolicy to Always`,
    ),
    ...probes.map(
      (probe) => `${workload.kind} ${workload.metadata.name}: needs ${container.name}: remove its ${probe}`,
    ),
  ];
}
