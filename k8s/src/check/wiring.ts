/** Names inside of objects lead to something: ports of pods, volumes, containers that are scaled, queues, arguments of analyses. */
import { MESH_METRICS_PORT } from '../../../infra/src/decide/pod-flows.ts';
import { demand, type Json, type KubernetesObject, matches, ofKind, workloadsOf } from './objects.ts';

/** Variables that name the queue of a workload. */
const QUEUE_VARIABLES = ['SQS_QUEUE_URL', 'WEBHOOK_QUEUE_URL'];

const TOKEN_VOLUME = 'vault.hashicorp.com/agent-service-account-token-volume-name';

/** Returns names that lead nowhere. */
export function checkWiring(objects: readonly KubernetesObject[]): string[] {
  return [
    ...ofKind(objects, 'Service').flatMap((service) => checkTargets(service, objects)),
    ...workloadsOf(objects).flatMap((workload) => [
      ...checkVolumes(workload),
      ...checkScaled(workload, objects),
      ...checkOrder(workload, objects),
    ]),
    ...ofKind(objects, 'Rollout').flatMap((rollout) => checkAnalysis(rollout, objects)),
  ];
}

/** A Service leads to ports that its pods have; a mesh adds that of its proxy. */
function checkTargets(service: KubernetesObject, objects: readonly KubernetesObject[]): string[] {
  return workloadsOf(objects)
    .filter(({ spec }) => matches(service.spec.selector, spec.template.metadata.labels))
    .flatMap(({ spec }) => {
      const { labels } = spec.template.metadata;
      const ports = spec.template.spec.containers.flatMap((it: Json) =>
        (it.ports ?? []).flatMap(({ name, containerPort }: Json) => [name, containerPort]),
      );
      if (labels['sidecar.istio.io/inject'] === 'true') ports.push(MESH_METRICS_PORT);
      return service.spec.ports
        .filter((port: Json) => !ports.includes(port.targetPort))
        .map(
          (port: Json) =>
            `Service ${service.metadata.name}: leads to the port ${port.targetPort}, which its pods do not have`,
        );
    });
}

function checkVolumes(workload: KubernetesObject): string[] {
  const { spec: pod, metadata } = workload.spec.template;
  const volumes = (pod.volumes ?? []).map(({ name }: Json) => name);
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  const mounted = containers.flatMap(({ volumeMounts = [] }: Json) =>
    volumeMounts.map((it: Json) => it.name),
  );
  const token = metadata.annotations?.[TOKEN_VOLUME];
  return [...mounted, ...(token ? [token] : [])].flatMap((name) =>
    demand(volumes.includes(name), workload, `mounts the volume ${name}, which it does not have`),
  );
}

/** Autoscalers measure a container of the pod, and the queue that its process reads. */
function checkScaled(workload: KubernetesObject, objects: readonly KubernetesObject[]): string[] {
  const { containers } = workload.spec.template.spec;
  const names = containers.map(({ name }: Json) => name);
  const queues = containers
    .flatMap(({ env = [] }: Json) => env)
    .filter(({ name }: Json) => QUEUE_VARIABLES.includes(name))
    .map(({ value }: Json) => value);
  return ofKind(objects, 'HorizontalPodAutoscaler', 'ScaledObject')
    .filter(({ spec }) => spec.scaleTargetRef.name === workload.metadata.name)
    .flatMap((scaler) => {
      const { metrics = [], triggers = [] } = scaler.spec;
      const measured = [
        ...metrics.flatMap((it: Json) => it.containerResource?.container ?? []),
        ...triggers.flatMap((it: Json) => it.metadata.containerName ?? []),
      ];
      return [
        ...measured.flatMap((name: string) =>
          demand(names.includes(name), scaler, `measures the container ${name}, which there is not`),
        ),
        ...triggers
          .flatMap((it: Json) => it.metadata.queueURL ?? [])
          .flatMap((url: string) =>
            demand(queues.includes(url), scaler, `measures ${url}, which the process does not read`),
          ),
      ];
    });
}

/** Variables with the URL of a service without which the process cannot work. */
const CALLED = /^(INVENTORY|FRAUD|PAYMENT)_URL$/;

/** Argo CD applies what is called in an earlier wave than its callers. */
function checkOrder(caller: KubernetesObject, objects: readonly KubernetesObject[]): string[] {
  const hosts = caller.spec.template.spec.containers
    .flatMap(({ env = [] }: Json) => env)
    .filter(({ name }: Json) => CALLED.test(name))
    .map(({ value }: Json) => new URL(value).hostname);
  const waveOf = ({ metadata }: KubernetesObject) =>
    Number(metadata.annotations?.['argocd.argoproj.io/sync-wave'] ?? 0);
  return workloadsOf(objects)
    .filter(({ metadata }) => hosts.includes(metadata.name))
    .flatMap((callee) =>
      demand(
        waveOf(callee) < waveOf(caller),
        caller,
        `is applied before ${callee.metadata.name}, which it calls`,
      ),
    );
}

/** Arguments that a rollout gives, a template takes and a query uses are the same. */
function checkAnalysis(rollout: KubernetesObject, objects: readonly KubernetesObject[]): string[] {
  const { analysis } = rollout.spec.strategy.canary;
  const given: string[] = (analysis?.args ?? []).map(({ name }: Json) => name);
  const named = (analysis?.templates ?? []).map((it: Json) => it.templateName);
  return ofKind(objects, 'AnalysisTemplate')
    .filter(({ metadata }) => named.includes(metadata.name))
    .flatMap((template) => {
      const taken: string[] = (template.spec.args ?? []).map(({ name }: Json) => name);
      const used = [...JSON.stringify(template.spec.metrics).matchAll(/\{\{args\.([\w-]+)\}\}/g)].map(
        ([, name = '']) => name,
      );
      return [...new Set([...used, ...given])].flatMap((name) =>
        demand(
          taken.includes(name) && given.includes(name),
          template,
          `has no argument ${name}, or is not given it`,
        ),
      );
    });
}
