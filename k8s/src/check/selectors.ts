/** Checks that selectors select exactly the intended objects. */
import { demand, type Json, type KubernetesObject, matches, ofKind, toName, workloadsOf } from './objects.ts';

/** Reports problems of selectors and labels. */
export function checkSelectors(objects: readonly KubernetesObject[]): string[] {
  const workloads = workloadsOf(objects);
  const pods = workloads.map(({ spec }) => spec.template.metadata.labels);
  const selectsPods = (object: KubernetesObject, selector: unknown) =>
    demand(
      pods.filter((labels) => matches(selector, labels)).length === 1,
      object,
      'does not select the pods of exactly one workload',
    );
  return [
    ...workloads.flatMap((workload) =>
      demand(
        matches(workload.spec.selector, workload.spec.template.metadata.labels),
        workload,
        'does not select its own pods',
      ),
    ),
    ...workloads.flatMap((workload) =>
      demand(
        (workload.spec.template.spec.topologySpreadConstraints ?? []).every((it: Json) =>
          matches(it.labelSelector, workload.spec.template.metadata.labels),
        ),
        workload,
        'spreads other pods than its own',
      ),
    ),
    ...ofKind(objects, 'NetworkPolicy').flatMap(checkNamespaceLabels),
    ...ofKind(objects, 'Service').flatMap((it) => selectsPods(it, it.spec.selector)),
    ...ofKind(objects, 'PodDisruptionBudget').flatMap((it) => selectsPods(it, it.spec.selector)),
    ...ofKind(objects, 'AuthorizationPolicy').flatMap((it) => selectsPods(it, it.spec.selector)),
    ...ofKind(objects, 'NetworkPolicy')
      .filter(({ spec }) => Object.keys(spec.podSelector).length > 0)
      .flatMap((it) => selectsPods(it, it.spec.podSelector)),
    ...ofKind(objects, 'ServiceMonitor').flatMap((it) => checkMonitor(it, objects)),
    ...workloads.flatMap((workload) => checkMonitored(workload, objects)),
  ];
}

function checkMonitor(monitor: KubernetesObject, objects: readonly KubernetesObject[]): string[] {
  const services = ofKind(objects, 'Service').filter((it) =>
    matches(monitor.spec.selector, it.metadata.labels),
  );
  const ports = services.flatMap(({ spec }) => spec.ports.map((port: { name: string }) => port.name));
  return [
    ...demand(
      services.length === 1,
      monitor,
      `reads ${services.length} Services: pods would be read twice or never`,
    ),
    ...demand(
      monitor.spec.endpoints.every(({ port }: { port: string }) => ports.includes(port)),
      monitor,
      'reads a port that the Service does not have',
    ),
  ];
}

/** Every workload has a monitor. */
function checkMonitored(workload: KubernetesObject, objects: readonly KubernetesObject[]): string[] {
  const monitored = ofKind(objects, 'ServiceMonitor').some((monitor) =>
    ofKind(objects, 'Service').some(
      (service) =>
        matches(monitor.spec.selector, service.metadata.labels) &&
        matches(service.spec.selector, workload.spec.template.metadata.labels),
    ),
  );
  return monitored ? [] : [`${toName(workload)}: has no ServiceMonitor`];
}

/** Namespaces are named by the label that Kubernetes itself gives: one that anybody can give would admit anybody. */
function checkNamespaceLabels(policy: KubernetesObject): string[] {
  const rules: Json[] = [...(policy.spec.ingress ?? []), ...(policy.spec.egress ?? [])];
  const selectors = rules
    .flatMap((rule) => rule.from ?? rule.to ?? [])
    .flatMap(({ namespaceSelector }: Json) => namespaceSelector ?? []);
  return demand(
    selectors.every((selector: Json) => selector.matchLabels?.['kubernetes.io/metadata.name'] !== undefined),
    policy,
    'selects a namespace by another label than kubernetes.io/metadata.name',
  );
}
