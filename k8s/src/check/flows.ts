/**
 * Allowed connections have a user, and users are allowed: the flows that pods need by their variables and annotations are
 * compared with those that NetworkPolicies open.
 */
import { isDeepStrictEqual } from 'node:util';
import { COLLECTOR } from '../../../infra/src/decide/services.ts';
import { toPeers } from '../network/policies.ts';
import type { Context } from '../settings/types.ts';
import { INSIDE_URL, type Json, type KubernetesObject, matches, ofKind, workloadsOf } from './objects.ts';

interface Need {
  readonly direction: 'ingress' | 'egress';
  readonly peers: Json;
  readonly port: number;
  readonly protocol: string;
  readonly what: string;
}

/** Returns needs that no policy allows, and unused allowances. */
export function checkFlows(objects: readonly KubernetesObject[], context: Context): string[] {
  const policies = ofKind(objects, 'NetworkPolicy');
  const closed = policies.some(
    ({ spec }) => Object.keys(spec.podSelector).length === 0 && !spec.ingress && !spec.egress,
  );
  return [
    ...(closed ? [] : ['NetworkPolicy: none closes the namespace']),
    ...workloadsOf(objects).flatMap((workload) => {
      const { labels } = workload.spec.template.metadata;
      const allowed = policies
        .filter(({ spec }) => Object.keys(spec.podSelector).length > 0 && matches(spec.podSelector, labels))
        .flatMap(toAllowed);
      const needed = [...toEgress(workload, objects, context), ...toIngress(workload, objects, context)];
      const { name } = workload.metadata;
      return [
        ...needed
          .filter((need) => !allowed.some((it) => same(it, need)))
          .map(({ what, port }) => `NetworkPolicy ${name}: does not allow ${what} on ${port}`),
        ...allowed
          .filter((it) => !needed.some((need) => same(it, need)))
          .map(
            ({ direction, port }) => `NetworkPolicy ${name}: allows ${direction} on ${port} that nobody uses`,
          ),
      ];
    }),
  ];
}

function same(a: Need, b: Need): boolean {
  return (
    a.direction === b.direction &&
    a.port === b.port &&
    a.protocol === b.protocol &&
    isDeepStrictEqual(a.peers, b.peers)
  );
}

function toAllowed({ spec }: KubernetesObject): Need[] {
  const of = (direction: 'ingress' | 'egress', rules: Json[] = []) =>
    rules.flatMap((rule) =>
      rule.ports.map(({ port, protocol }: Json) => {
        return { direction, peers: rule.from ?? rule.to, port, protocol, what: '' };
      }),
    );
  return [...of('ingress', spec.ingress), ...of('egress', spec.egress)];
}

function variablesOf(workload: KubernetesObject): Record<string, string> {
  const containers = workload.spec.template.spec.containers as Json[];
  return Object.fromEntries(
    containers.flatMap(({ env = [] }) => env.map(({ name, value }: Json) => [name, value])),
  );
}

function toEgress(
  workload: KubernetesObject,
  objects: readonly KubernetesObject[],
  context: Context,
): Need[] {
  const variables = variablesOf(workload);
  const has = (pattern: RegExp) => Object.keys(variables).some((name) => pattern.test(name));
  const annotations = workload.spec.template.metadata.annotations ?? {};
  const needs: Need[] = [];
  const need = (peer: Parameters<typeof toPeers>[0], port: number, what: string, protocol = 'TCP') =>
    needs.push({ direction: 'egress', peers: toPeers(peer, context), port, protocol, what });
  need('cluster-dns', 53, 'names', 'UDP');
  need('cluster-dns', 53, 'names');
  const vault = annotations['vault.hashicorp.com/agent-inject'] === 'true';
  if (vault) need('vault', 8200, 'Vault');
  const irsa = !vault && context.cluster.identity === 'irsa';
  const sidecar = workload.spec.template.spec.initContainers?.some(({ name }: Json) => name === COLLECTOR);
  const agent = context.cluster.identity === 'pod-identity';
  if ((!vault && !irsa) || (sidecar && agent)) need('pod-identity-agent', 80, 'AWS credentials');
  if (has(/^(SQS_|SNS_|WEBHOOK_QUEUE_).*(_?URL|_ARN)$/) || irsa || sidecar)
    need('aws-endpoints', 443, 'AWS endpoints');
  const traces = variables.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (traces && !traces.includes('127.0.0.1')) need('collector', 4_318, 'the collector of spans');
  if (has(/_TABLE$/)) need('dynamodb', 443, 'DynamoDB');
  if (has(/^REDIS_URL(_FILE)?$/)) need('cache', 6379, 'Redis');
  if (has(/^OIDC_ISSUER$/)) need('internet', 443, 'the OpenID issuer');
  if (has(/^WEBHOOK_DLQ_URL$/)) need('internet', 443, 'endpoints of merchants');
  if (variables.PAYMENT_GATEWAY === 'stripe') need('internet', 443, 'Stripe');
  if (workload.spec.template.metadata.labels['sidecar.istio.io/inject'] === 'true')
    need('mesh-control', 15_012, 'istiod');
  for (const [name, port] of callsOf(variables, objects)) need(name as 'scoring', port, name);
  return needs;
}

/** Workloads and ports that the variables name by Services, each once. */
function callsOf(
  variables: Record<string, string>,
  objects: readonly KubernetesObject[],
): [string, number][] {
  const calls = Object.values(variables).flatMap((value) =>
    [...(value ?? '').matchAll(INSIDE_URL)].flatMap(([, host, port]) =>
      toWorkloadNames(host ?? '', objects).map((name) => [name, Number(port)] as [string, number]),
    ),
  );
  return [...new Map(calls.map((call) => [call.join(), call])).values()];
}

/** Returns the workloads behind a Service, or its name where there is none. */
function toWorkloadNames(host: string, objects: readonly KubernetesObject[]): string[] {
  const services = ofKind(objects, 'Service').filter(({ metadata }) => metadata.name === host);
  const names = workloadsOf(objects)
    .filter(({ spec }) =>
      services.some((service) =>
        matches({ matchLabels: service.spec.selector }, spec.template.metadata.labels),
      ),
    )
    .map(({ metadata }) => metadata.name);
  return names.length > 0 ? names : [host];
}

function toIngress(
  workload: KubernetesObject,
  objects: readonly KubernetesObject[],
  context: Context,
): Need[] {
  const { name } = workload.metadata;
  const { labels } = workload.spec.template.metadata;
  const needs: Need[] = [];
  const need = (peer: Parameters<typeof toPeers>[0], port: number, what: string) =>
    needs.push({ direction: 'ingress', peers: toPeers(peer, context), port, protocol: 'TCP', what });
  for (const monitor of ofKind(objects, 'ServiceMonitor')) {
    for (const { spec } of ofKind(objects, 'Service').filter((service) =>
      matches(monitor.spec.selector, service.metadata.labels),
    )) {
      if (matches(spec.selector, labels)) need('prometheus', spec.ports[0].port, 'Prometheus');
    }
  }
  const entries = [
    ...ofKind(objects, 'Ingress').flatMap(({ spec }) => spec.rules.flatMap(({ http }: Json) => http.paths)),
    ...ofKind(objects, 'VirtualService')
      .filter(({ spec }) => spec.gateways)
      .flatMap(({ spec }) => spec.http.flatMap(({ route = [] }: Json) => route)),
  ];
  const hosts = new Set(entries.map((it) => it.backend?.service.name ?? it.destination?.host));
  const ports = ofKind(objects, 'Service')
    .filter(
      ({ metadata, spec }) => hosts.has(metadata.name) && matches({ matchLabels: spec.selector }, labels),
    )
    .flatMap(({ spec }) => spec.ports.map((it: Json) => it.port as number));
  for (const port of new Set(ports)) need('load-balancer', port, 'the ingress');
  for (const caller of workloadsOf(objects)) {
    for (const [host, port] of callsOf(variablesOf(caller), objects)) {
      if (host === name) need(caller.metadata.name as 'scoring', port, caller.metadata.name);
    }
  }
  return needs;
}
