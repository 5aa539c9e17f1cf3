/** The way in through ingress-nginx. */
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1';
import { PORTS } from '../../../infra/src/decide/services.ts';
import { type Manifest, toMetadata, WAVES } from '../model/manifest.ts';
import type { Context } from '../settings/types.ts';
import { toCertificate, toTlsSecret } from './certificate.ts';

/** Name of the Ingress that canaries copy. */
export const STABLE_INGRESS = 'order-api';

/** Seconds that an event stream may be silent and open; its comments come every 15 seconds. */
const STREAM_SECONDS = 3_600;

const PREFIX = 'nginx.ingress.kubernetes.io';

const ANNOTATIONS = {
  [`${PREFIX}/ssl-redirect`]: 'true',
  [`${PREFIX}/force-ssl-redirect`]: 'true',
  // Answers pass as they come: events, and the end of a long poll.
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
    toIngress(STABLE_INGRESS, '/', ANNOTATIONS, context),
    // Rollouts copies the stable Ingress, and the longest path wins: this one holds for canaries too.
    toIngress(
      'order-api-metrics-closed',
      '/metrics',
      { [`${PREFIX}/whitelist-source-range`]: '127.0.0.1/32' },
      context,
    ),
  ];
}

function toIngress(
  name: string,
  path: string,
  annotations: Record<string, string>,
  context: Context,
): Manifest {
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
                pathType: 'Prefix',
                backend: {
                  service: { name: 'order-api', port: { name: PORTS['order-api'].service.protocol } },
                },
              },
            ],
          },
        },
      ],
    },
  });
}
