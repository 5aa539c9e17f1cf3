/** The way in through ingress-nginx. */
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1';
import { PORTS, STRIPE_PATH } from '../../../infra/src/decide/services.ts';
import { type Manifest, toMetadata, WAVES } from '../model/manifest.ts';
import type { Context } from '../settings/types.ts';
import { EVENTS_SERVICE } from '../workloads/services.ts';
import { toCertificate, toTlsSecret } from './certificate.ts';

/** Name of the Ingress that canaries copy. */
export const STABLE_INGRESS = 'order-api';

/** Seconds that an event stream may be silent and open; its comments come every 15 seconds. */
const STREAM_SECONDS = 3_600;

const PREFIX = 'nginx.ingress.kubernetes.io';

const ANNOTATIONS = {
  [`${PREFIX}/ssl-redirect`]: 'true',
  [`${PREFIX}/force-ssl-redirect`]: 'true',
  // Responses pass without buffering: events, and the end of a long poll.
  [`${PREFIX}/proxy-buffering`]: 'off',
  [`${PREFIX}/proxy-read-timeout`]: String(STREAM_SECONDS),
  [`${PREFIX}/proxy-send-timeout`]: String(STREAM_SECONDS),
  [`${PREFIX}/proxy-connect-timeout`]: '5',
  [`${PREFIX}/proxy-http-version`]: '1.1',
  // Only a connection that could not be opened is tried again: an order must not be sent twice.
  [`${PREFIX}/proxy-next-upstream`]: 'error',
  [`${PREFIX}/proxy-next-upstream-tries`]: '2',
};

/** Returns the certificate, the Ingress, and one that keeps clients from the metrics. */
export function toNginxEntry(context: Context): Manifest[] {
  return [
    ...toCertificate(context),
    toIngress({ name: STABLE_INGRESS, path: '/', annotations: ANNOTATIONS, backend: API }, context),
    // Rollouts copies the stable Ingress, and the longest path wins: this one holds for canaries too.
    toIngress(
      {
        name: 'order-api-metrics-closed',
        path: '/metrics',
        annotations: { [`${PREFIX}/whitelist-source-range`]: '127.0.0.1/32' },
        backend: API,
      },
      context,
    ),
    ...(context.inputs.features.paymentGateway === 'stripe' ? [toIngress(STRIPE_EVENTS, context)] : []),
  ];
}

/** A path of the domain. */
interface Route {
  readonly name: string;
  readonly path: string;
  readonly annotations: Record<string, string>;
  readonly backend: { readonly name: string; readonly port: string };
  /** Nothing below the path. */
  readonly exact?: boolean;
}

const API = { name: 'order-api', port: PORTS['order-api'].service.protocol };

const STRIPE_EVENTS: Route = {
  name: 'scoring-events',
  path: STRIPE_PATH,
  annotations: { [`${PREFIX}/ssl-redirect`]: 'true', [`${PREFIX}/proxy-next-upstream`]: 'error' },
  backend: { name: EVENTS_SERVICE, port: 'http' },
  exact: true,
};

function toIngress({ name, path, annotations, backend, exact }: Route, context: Context): Manifest {
  const { domainName } = context.inputs;
  return new Ingress({
    metadata: toMetadata(context, name, { service: 'order-api', wave: WAVES.entry, annotations }),
    spec: {
      ingressClassName: 'nginx',
      tls: [{ hosts: [domainName], secretName: toTlsSecret(context) }],
      rules: [
        {
          host: domainName,
          http: {
            paths: [
              {
                path,
                pathType: exact ? 'Exact' : 'Prefix',
                backend: { service: { name: backend.name, port: { name: backend.port } } },
              },
            ],
          },
        },
      ],
    },
  });
}
