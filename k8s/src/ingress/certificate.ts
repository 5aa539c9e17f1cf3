/** The certificates of the host names: Let's Encrypt, proved by a record in Route 53, so that no port has to be open for it. */
import { Certificate, ClusterIssuer } from '@kubernetes-models/cert-manager/cert-manager.io/v1';
import { type Manifest, toClusterMetadata, toMetadata, WAVES } from '../model/manifest.ts';
import { type Context, isMeshed } from '../settings/types.ts';
import { type Site, toSites } from './sites.ts';

/** Returns the issuer and the certificates. */
export function toCertificates(context: Context): Manifest[] {
  const { inputs, cluster } = context;
  const sites = toSites(context);
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
              selector: { dnsNames: sites.map(({ domainName }) => domainName) },
              // cert-manager's own role may change records of this zone only.
              dns01: { route53: { region: inputs.region, hostedZoneID: inputs.hostedZoneId } },
            },
          ],
        },
      },
    }),
    ...sites.map((site) => toCertificate(site, issuer, context)),
  ];
}

function toCertificate({ service, domainName }: Site, issuer: string, context: Context): Manifest {
  const { prefix } = context.inputs;
  return new Certificate({
    metadata: toMetadata(context, isMeshed(context) ? `${prefix}-${service}` : service, {
      service,
      wave: WAVES.rules,
      ...toCertificateNamespace(context),
    }),
    spec: {
      secretName: toTlsSecret(service, context),
      dnsNames: [domainName],
      issuerRef: { name: issuer, kind: 'ClusterIssuer', group: 'cert-manager.io' },
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      usages: ['digital signature', 'server auth'],
    },
  });
}

/** Returns the name of the Secret with a certificate: Istio's gateway reads it in a namespace that it shares with others. */
export function toTlsSecret(service: Site['service'], context: Context): string {
  const name = `${service}-tls`;
  return isMeshed(context) ? `${context.inputs.prefix}-${name}` : name;
}

function toCertificateNamespace(context: Context): { readonly namespace?: string } {
  return isMeshed(context) ? { namespace: context.cluster.ingress.istio.namespace } : {};
}
