/** The certificate of order-api: Let's Encrypt, proved by a record in Route 53, so that no port has to be open for it. */
import { Certificate, ClusterIssuer } from '@kubernetes-models/cert-manager/cert-manager.io/v1';
import { type Manifest, toClusterMetadata, toMetadata, WAVES } from '../model/manifest.ts';
import { type Context, isMeshed } from '../settings/types.ts';

/** Name of the Secret with the certificate. */
const TLS_SECRET = 'order-api-tls';

/** Returns the issuer and the certificate. */
export function toCertificate(context: Context): Manifest[] {
  const { inputs, cluster } = context;
  const issuer = `${inputs.prefix}-letsencrypt`;
  return [
    new ClusterIssuer({
      metadata: toClusterMetadata(context, issuer, { wave: WAVES.secrets }),
      spec: {
        acme: {
          email: cluster.letsEncrypt.email,
          server: cluster.letsEncrypt.server,
          privateKeySecretRef: { name: `${issuer}-account` },
          solvers: [
            {
              selector: { dnsNames: [inputs.domainName] },
              // cert-manager's own role may change records of this zone only.
              dns01: { route53: { region: inputs.region, hostedZoneID: inputs.hostedZoneId } },
            },
          ],
        },
      },
    }),
    new Certificate({
      metadata: toMetadata(context, isMeshed(context) ? `${inputs.prefix}-order-api` : 'order-api', {
        service: 'order-api',
        wave: WAVES.rules,
        ...toCertificateNamespace(context),
      }),
      spec: {
        secretName: toTlsSecret(context),
        dnsNames: [inputs.domainName],
        issuerRef: { name: issuer, kind: 'ClusterIssuer', group: 'cert-manager.io' },
        privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
        usages: ['digital signature', 'server auth'],
      },
    }),
  ];
}

/** Returns the name of the Secret with the certificate: Istio's gateway reads it in a namespace that it shares with others. */
export function toTlsSecret(context: Context): string {
  return isMeshed(context) ? `${context.inputs.prefix}-${TLS_SECRET}` : TLS_SECRET;
}

function toCertificateNamespace(context: Context): { readonly namespace?: string } {
  return isMeshed(context) ? { namespace: context.cluster.ingress.istio.namespace } : {};
}
