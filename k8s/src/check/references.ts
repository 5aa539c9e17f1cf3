/** Everything that a manifest names exists. */
import { INSIDE_URL, type Json, type KubernetesObject, ofKind, toName, workloadsOf } from './objects.ts';

/** A name that one object has of another. */
interface Reference {
  readonly kind: string;
  readonly name: string;
  /** Port of a Service, by name or number. */
  readonly port?: string | number;
}

/** Returns the references that lead nowhere. */
export function checkReferences(objects: readonly KubernetesObject[]): string[] {
  return objects.flatMap((object) =>
    referencesOf(object)
      .filter((reference) => !exists(reference, objects))
      .map(({ kind, name, port }) => {
        const what = port === undefined ? `${kind} ${name}` : `port ${port} of ${kind} ${name}`;
        return `${toName(object)}: names ${what}, which there is not`;
      }),
  );
}

function exists({ kind, name, port }: Reference, objects: readonly KubernetesObject[]): boolean {
  // Secrets are made by others: External Secrets, and cert-manager.
  if (kind === 'Secret') {
    return objects.some(({ kind: by, spec }) => {
      if (by === 'ExternalSecret') return spec.target.name === name;
      return by === 'Certificate' && spec.secretName === name;
    });
  }
  const found = ofKind(objects, kind).filter(({ metadata }) => metadata.name === name);
  if (port === undefined) return found.length > 0;
  return found.some(({ spec }) => spec.ports.some((it: Json) => it.name === port || it.port === port));
}

function referencesOf(object: KubernetesObject): Reference[] {
  const find = REFERENCES[object.kind];
  return find ? find(object.spec, object) : [];
}

const named =
  (kind: string) =>
  ({ name }: Json): Reference => ({ kind, name });

const REFERENCES: Readonly<Record<string, (spec: Json, object: KubernetesObject) => Reference[]>> = {
  Deployment: ({ template }) => ofPod(template.spec),
  Rollout: ({ template, strategy }) => [...ofPod(template.spec), ...ofCanary(strategy.canary)],
  HorizontalPodAutoscaler: ({ scaleTargetRef: target }) => [{ kind: target.kind, name: target.name }],
  ScaledObject: ({ scaleTargetRef: target, triggers }) => [
    { kind: target.kind, name: target.name },
    ...triggers.flatMap((it: Json) => it.authenticationRef ?? []).map(named('TriggerAuthentication')),
  ],
  ExternalSecret: ({ secretStoreRef: store }) => [{ kind: store.kind, name: store.name }],
  Certificate: ({ issuerRef: issuer }) => [{ kind: issuer.kind, name: issuer.name }],
  Ingress: ({ tls, rules }) => [
    ...tls.map(({ secretName: name }: Json) => ({ kind: 'Secret', name })),
    ...rules.flatMap(({ http }: Json) =>
      http.paths.map(({ backend: { service } }: Json) => ({
        kind: 'Service',
        name: service.name,
        port: service.port.name ?? service.port.number,
      })),
    ),
  ],
  Gateway: ({ servers }) =>
    servers.flatMap(({ tls }: Json) =>
      tls?.credentialName ? [{ kind: 'Secret', name: tls.credentialName }] : [],
    ),
  VirtualService: ({ gateways = [], http }) => [
    ...gateways.map((name: string) => ({ kind: 'Gateway', name })),
    ...http.flatMap(({ route = [] }: Json) => route.flatMap(ofDestination)),
  ],
  DestinationRule: ({ host }) => [{ kind: 'Service', name: host }],
  AuthorizationPolicy: ({ rules = [] }, { metadata }) =>
    rules
      .flatMap(({ from = [] }: Json) => from.flatMap(({ source }: Json) => source.principals ?? []))
      .flatMap((principal: string) => {
        const [, namespace, name = ''] = /\/ns\/([^/]+)\/sa\/(.+)$/.exec(principal) ?? [];
        // The gateway's account is the cluster's.
        return namespace === metadata.namespace ? [{ kind: 'ServiceAccount', name }] : [];
      }),
};

function ofDestination({ destination: { host, port, subset } }: Json): Reference[] {
  const service = { kind: 'Service', name: host, ...(port && { port: port.number }) };
  return subset ? [service, { kind: 'DestinationRule', name: host }] : [service];
}

function ofPod(pod: Json): Reference[] {
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  const variables = containers.flatMap(({ env = [] }: Json) => env);
  return [
    { kind: 'ServiceAccount', name: pod.serviceAccountName },
    ...(pod.volumes ?? []).flatMap(({ secret, configMap }: Json) => [
      ...(secret ? [{ kind: 'Secret', name: secret.secretName }] : []),
      ...(configMap ? [{ kind: 'ConfigMap', name: configMap.name }] : []),
    ]),
    ...variables.flatMap(({ valueFrom }: Json) => [
      ...(valueFrom?.secretKeyRef ? [{ kind: 'Secret', name: valueFrom.secretKeyRef.name }] : []),
      ...(valueFrom?.configMapKeyRef ? [{ kind: 'ConfigMap', name: valueFrom.configMapKeyRef.name }] : []),
    ]),
    ...variables.flatMap(({ value = '' }: Json) =>
      [...String(value).matchAll(INSIDE_URL)].map(([, name = '', port]) => ({
        kind: 'Service',
        name,
        port: Number(port),
      })),
    ),
  ];
}

function ofCanary({ stableService, canaryService, trafficRouting, analysis, steps }: Json): Reference[] {
  const { istio, nginx } = trafficRouting ?? {};
  const templates = [analysis, ...steps.map((step: Json) => step.analysis)].flatMap(
    (it) => it?.templates ?? [],
  );
  return [
    ...[stableService, canaryService].flatMap((name) => (name ? [{ kind: 'Service', name }] : [])),
    ...(istio?.virtualService ? [{ kind: 'VirtualService', name: istio.virtualService.name }] : []),
    ...(istio?.destinationRule ? [{ kind: 'DestinationRule', name: istio.destinationRule.name }] : []),
    ...(nginx ? [{ kind: 'Ingress', name: nginx.stableIngress }] : []),
    ...templates.map(({ templateName: name }: Json) => ({ kind: 'AnalysisTemplate', name })),
  ];
}

/** Returns the subsets, routes and secret files that are named and missing: names inside of objects. */
export function checkInnerReferences(objects: readonly KubernetesObject[]): string[] {
  const subsetsOf = (host: string) =>
    ofKind(objects, 'DestinationRule')
      .filter(({ spec }) => spec.host === host)
      .flatMap(({ spec }) => spec.subsets.map(({ name }: Json) => name));
  const routes = ofKind(objects, 'VirtualService').flatMap((service) =>
    service.spec.http
      .flatMap(({ route = [] }: Json) => route.map((it: Json) => it.destination))
      .filter(({ host, subset }: Json) => subset && !subsetsOf(host).includes(subset))
      .map(
        ({ host, subset }: Json) =>
          `${toName(service)}: names the subset ${subset} of ${host}, which there is not`,
      ),
  );
  const canaries = ofKind(objects, 'Rollout').flatMap((rollout) => {
    const { virtualService } = rollout.spec.strategy.canary.trafficRouting?.istio ?? {};
    if (!virtualService) return [];
    const target = ofKind(objects, 'VirtualService').find(
      ({ metadata }) => metadata.name === virtualService.name,
    );
    const names = (target?.spec.http ?? []).map(({ name }: Json) => name);
    return virtualService.routes
      .filter((name: string) => !names.includes(name))
      .map((name: string) => `${toName(rollout)}: names the route ${name}, which there is not`);
  });
  return [...routes, ...canaries, ...workloadsOf(objects).flatMap((it) => checkSecretFiles(it, objects))];
}

/** Every NAME_FILE is a file that External Secrets or Vault's agent writes. */
function checkSecretFiles(workload: KubernetesObject, objects: readonly KubernetesObject[]): string[] {
  const { spec, metadata } = workload.spec.template;
  const keys = ofKind(objects, 'ExternalSecret')
    .filter(({ spec: it }) =>
      spec.volumes?.some((volume: Json) => volume.secret?.secretName === it.target.name),
    )
    .flatMap(({ spec: it }) => it.data.map(({ secretKey }: Json) => secretKey));
  const agent = Object.entries<string>(metadata.annotations ?? {})
    .filter(([key]) => key.startsWith('vault.hashicorp.com/agent-inject-file-'))
    .map(([, file]) => file);
  return spec.containers
    .flatMap(({ env = [] }: Json) => env)
    .filter(({ name }: Json) => name.endsWith('_FILE'))
    .filter(({ value }: Json) => ![...keys, ...agent].includes(value.split('/').at(-1)))
    .map(({ name, value }: Json) => `${toName(workload)}: has ${name} at ${value}, which nobody writes`);
}
