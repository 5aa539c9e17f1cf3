/** Every host name is served with its own certificate, streams pass the ingress, and a mesh lets nobody in unknown. */
import { toSites } from '../ingress/sites.ts';
import { type Context, isMeshed } from '../settings/types.ts';
import { demand, type Json, type KubernetesObject, matches, ofKind, toName, workloadsOf } from './objects.ts';

/** A host name as an object serves it. */
interface Served {
  readonly by: KubernetesObject;
  readonly host: string;
  /** Secret with the certificate, and the namespace in which it is read. */
  readonly secret: string;
  readonly namespace: string | undefined;
}

const NGINX = 'nginx.ingress.kubernetes.io';

/** Seconds of silence after which an ingress ends a stream at the earliest. */
const STREAM_SECONDS = 60;

/** Returns what is wrong with the way in. */
export function checkEntry(objects: readonly KubernetesObject[], context: Context): string[] {
  const served = [...toIngressHosts(objects), ...toGatewayHosts(objects, context)];
  const hosts = toSites(context).map(({ domainName }) => domainName);
  return [
    ...hosts
      .filter((host) => !served.some((it) => it.host === host))
      .map((host) => `${host}: is served by nobody`),
    ...served.flatMap((it) => [
      ...demand(hosts.includes(it.host), it.by, `serves ${it.host}, which is no host name of the system`),
      ...checkCertificate(it, objects),
    ]),
    ...ofKind(objects, 'Ingress').flatMap(checkStreams),
    ...(isMeshed(context) ? [...checkGateways(objects, context), ...checkMesh(objects)] : []),
  ];
}

function toIngressHosts(objects: readonly KubernetesObject[]): Served[] {
  return ofKind(objects, 'Ingress').flatMap((by) =>
    by.spec.rules.map(({ host }: Json) => {
      const tls = by.spec.tls.find((it: Json) => it.hosts.includes(host));
      return { by, host, secret: tls?.secretName ?? '', namespace: by.metadata.namespace };
    }),
  );
}

/** Istio's gateway reads certificates where it runs. */
function toGatewayHosts(objects: readonly KubernetesObject[], { cluster }: Context): Served[] {
  const { namespace } = cluster.ingress.istio;
  return ofKind(objects, 'Gateway').flatMap((by) =>
    by.spec.servers
      .filter(({ tls }: Json) => !tls?.httpsRedirect)
      .flatMap(({ hosts, tls }: Json) =>
        hosts.map((host: string) => ({ by, host, secret: tls?.credentialName ?? '', namespace })),
      ),
  );
}

function checkCertificate({ by, host, secret, namespace }: Served, objects: readonly KubernetesObject[]) {
  const found = ofKind(objects, 'Certificate').some(
    ({ metadata, spec }) =>
      spec.secretName === secret && metadata.namespace === namespace && spec.dnsNames.includes(host),
  );
  return demand(found, by, `has no certificate for ${host} in ${namespace}`);
}

/** Long polls and event streams pass as they come. */
function checkStreams(ingress: KubernetesObject): string[] {
  const paths = ingress.spec.rules.flatMap(({ http }: Json) => http.paths.map(({ path }: Json) => path));
  if (!paths.includes('/')) return [];
  const value = (name: string) => ingress.metadata.annotations?.[`${NGINX}/${name}`];
  return [
    ...demand(value('proxy-buffering') === 'off', ingress, 'holds event streams back: set proxy-buffering'),
    ...demand(
      Number(value('proxy-read-timeout')) > STREAM_SECONDS,
      ingress,
      `ends event streams: set proxy-read-timeout above ${STREAM_SECONDS} seconds`,
    ),
  ];
}

/** A gateway is that of the cluster, and each of its host names has a route. */
function checkGateways(objects: readonly KubernetesObject[], { cluster }: Context): string[] {
  return ofKind(objects, 'Gateway').flatMap((gateway) => [
    ...demand(
      Object.keys(gateway.spec.selector).length > 0 &&
        matches(gateway.spec.selector, cluster.ingress.istio.labels),
      gateway,
      'selects no gateway of the cluster',
    ),
    ...gateway.spec.servers
      .flatMap(({ hosts }: Json) => hosts)
      .filter(
        (host: string) =>
          !ofKind(objects, 'VirtualService').some(
            ({ spec }) => spec.gateways?.includes(gateway.metadata.name) && spec.hosts.includes(host),
          ),
      )
      .map((host: string) => `${toName(gateway)}: has no route for ${host}`),
  ]);
}

/** mTLS is strict, and each workload names its callers. */
function checkMesh(objects: readonly KubernetesObject[]): string[] {
  const strict = ofKind(objects, 'PeerAuthentication').filter(({ spec }) => !spec.selector);
  return [
    ...(strict.length === 1 && strict.every(({ spec }) => spec.mtls?.mode === 'STRICT')
      ? []
      : ['PeerAuthentication: does not require mTLS in the namespace']),
    ...workloadsOf(objects).flatMap((workload) =>
      demand(
        ofKind(objects, 'AuthorizationPolicy').some(({ spec }) =>
          matches(spec.selector, workload.spec.template.metadata.labels),
        ),
        workload,
        'has no AuthorizationPolicy: every pod of the mesh may call it',
      ),
    ),
  ];
}
