/** Ingress through ingress-nginx. */
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1';
import { PORTS, STRIPE_PATH } from '../../../infra/src/decide/services.ts';
import { type Manifest, toMetadata, WAVES } from '../model/manifest.ts';
import type { Context } from '../settings/types.ts';
import { EVENTS_SERVICE } from '../workloads/services.ts';
import { toCertificates, toTlsSecret } from './certificate.ts';
import { type Site, toSites } from './sites.ts';

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

/** Returns the certificates, the Ingress of each host name, and one that keeps clients from its metrics. */
export function toNginxEntry(context: Context): Manifest[] {
  return [
    ...toCertificates(context),
    ...toSites(context).flatMap((site) => toSiteIngresses(site, context)),
    ...(context.inputs.features.paymentGateway === 'stripe'
      ? [toIngress({ ...STRIPE_EVENTS, site: toApi(context) }, context)]
      : []),
  ];
}

function toSiteIngresses(site: Site, context: Context): Manifest[] {
  const backend = { name: site.service, port: PORTS[site.service].service.protocol };
  return [
    toIngress({ site, name: site.service, path: '/', annotations: ANNOTATIONS, backend }, context),
    // Rollouts copies the stable Ingress, and the longest path wins: this one holds for canaries too.
    toIngress(
      {
        site,
        name: `${site.service}-metrics-closed`,
        path: '/metrics',
        annotations: { [`${PREFIX}/whitelist-source-range`]: '127.0.0.1/32' },
        backend,
      },
      context,
    ),
  ];
}

/** A path of a host name. */
interface Route {
  readonly site: Site;
  readonly name: string;
  readonly path: string;
  readonly annotations: Record<string, string>;
  readonly backend: { readonly name: string; readonly port: string };
  /** Nothing below the path. */
  readonly exact?: boolean;
}

const STRIPE_EVENTS: Omit<Route, 'site'> = {
  name: 'scoring-events',
  path: STRIPE_PATH,
  annotations: { [`${PREFIX}/ssl-redirect`]: 'true', [`${PREFIX}/proxy-next-upstream`]: 'error' },
  backend: { name: EVENTS_SERVICE, port: 'http' },
  exact: true,
};

function toApi({ inputs }: Context): Site {
  return { service: 'order-api', domainName: inputs.domainName };
}

function toIngress({ site, name, path, annotations, backend, exact }: Route, context: Context): Manifest {
  const { service, domainName } = site;
  return new Ingress({
    metadata: toMetadata(context, name, { service, wave: WAVES.entry, annotations }),
    spec: {
      ingressClassName: 'nginx',
      tls: [{ hosts: [domainName], secretName: toTlsSecret(service, context) }],
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
