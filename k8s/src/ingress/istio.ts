/**
 * Ingress and internal calls through Istio: mTLS everywhere, and only the callers of the flows. Routes have no timeout, as
 * Istio's are by default: event streams have no end, and every call has a deadline of its own.
 */
import { DestinationRule, Gateway, VirtualService } from '@kubernetes-models/istio/networking.istio.io/v1';
import {
  PORTS,
  SERVICE_NAMES,
  type ServiceName,
  type ServicePorts,
  STRIPE_PATH,
} from '../../../infra/src/decide/services.ts';
import { type Manifest, toMetadata, toSelector, WAVES } from '../model/manifest.ts';
import type { Context } from '../settings/types.ts';
import { EVENTS_SERVICE, hasCanaryService, toCanaryServiceName } from '../workloads/services.ts';
import { toCertificates, toTlsSecret } from './certificate.ts';
import { toMeshSecurity } from './mesh.ts';
import { type Site, toSites } from './sites.ts';

/** Name of the HTTP route whose weights a canary changes. */
export const CANARY_ROUTE = 'primary';

/** Names of the subsets of a service that is called inside the mesh. */
export const SUBSETS = { stable: 'stable', canary: 'canary' } as const;

/** Tries that never reached a process: an order must not be sent twice. */
const RETRIES = { attempts: 2, retryOn: 'connect-failure,refused-stream' };

/** Returns all objects of Istio. */
export function toIstioEntry(context: Context): Manifest[] {
  return [
    ...toCertificates(context),
    ...toMeshSecurity(context),
    ...toSites(context).flatMap((site) => [toGateway(site, context), toEntryRoute(site, context)]),
    ...toMeshed(context),
  ];
}

function toGateway({ service, domainName }: Site, context: Context): Manifest {
  const hosts = [domainName];
  return new Gateway({
    metadata: toMetadata(context, service, { service, wave: WAVES.entry }),
    spec: {
      selector: { ...context.cluster.ingress.istio.labels },
      servers: [
        {
          port: { number: 443, name: 'https', protocol: 'HTTPS' },
          hosts,
          tls: {
            mode: 'SIMPLE',
            credentialName: toTlsSecret(service, context),
            minProtocolVersion: 'TLSV1_2',
          },
        },
        { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts, tls: { httpsRedirect: true } },
      ],
    },
  });
}

function toEntryRoute({ service, domainName }: Site, context: Context): Manifest {
  const { port } = PORTS[service].service;
  const to = (host: string, weight: number) => ({ destination: { host, port: { number: port } }, weight });
  const route = hasCanaryService(service, context)
    ? [to(service, 100), to(toCanaryServiceName(service), 0)]
    : [to(service, 100)];
  return new VirtualService({
    metadata: toMetadata(context, service, { service, wave: WAVES.entry }),
    spec: {
      hosts: [domainName],
      gateways: [service],
      http: [
        {
          name: 'metrics-closed',
          match: [{ uri: { prefix: '/metrics' } }],
          directResponse: { status: 404 },
        },
        ...(service === 'order-api' ? toStripeRoute(context) : []),
        { name: CANARY_ROUTE, route, retries: RETRIES },
      ],
    },
  });
}

/** Events of Stripe reach scoring: one path, by POST alone. */
function toStripeRoute({ inputs }: Context) {
  if (inputs.features.paymentGateway !== 'stripe') return [];
  const destination = { host: EVENTS_SERVICE, port: { number: PORTS.scoring.ops } };
  return [
    {
      name: 'stripe-events',
      match: [{ uri: { exact: STRIPE_PATH }, method: { exact: 'POST' } }],
      route: [{ destination }],
      retries: { attempts: 0 },
    },
  ];
}

/** Routes for services that are called inside the mesh: the proxies balance each call and know both versions. */
function toMeshed(context: Context): Manifest[] {
  return SERVICE_NAMES.filter((service) => isCalledInside(service)).flatMap((service) => {
    const metadata = toMetadata(context, service, { service, wave: WAVES.callees });
    const to = (subset: string, weight: number) => ({ destination: { host: service, subset }, weight });
    const route = context.cluster.canary
      ? [to(SUBSETS.stable, 100), to(SUBSETS.canary, 0)]
      : [to(SUBSETS.stable, 100)];
    const names = context.cluster.canary ? [SUBSETS.stable, SUBSETS.canary] : [SUBSETS.stable];
    return [
      new VirtualService({
        metadata,
        spec: {
          hosts: [service],
          // Retries belong to the client, which knows which calls are repeatable and the remaining time.
          http: [{ name: CANARY_ROUTE, route, retries: { attempts: 0 } }],
        },
      }),
      new DestinationRule({
        metadata,
        spec: {
          host: service,
          trafficPolicy: { loadBalancer: { simple: 'LEAST_REQUEST' } },
          subsets: names.map((name) => ({ name, labels: toSelector(service) })),
        },
      }),
    ];
  });
}

/** Returns true for services that other services call over gRPC. */
export function isCalledInside(service: ServiceName): boolean {
  const { service: called }: ServicePorts = PORTS[service];
  return called?.protocol === 'grpc';
}
