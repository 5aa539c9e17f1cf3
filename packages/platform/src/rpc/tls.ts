/** TLS for listeners and channels. PEM texts, as they come from a secret store or from files. */
import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';

/** A server's identity. */
export interface ServerTls {
  readonly certificate: string;
  readonly privateKey: string;
  /** Authorities of clients. With it every client must show a certificate (mTLS). */
  readonly clientAuthorities?: string;
}

/** Whom a client trusts, and how it identifies itself. */
export interface ClientTls {
  /** Authorities of servers; those of the system without it. */
  readonly authorities?: string;
  /** The client's own identity, for servers that ask for one (mTLS). */
  readonly certificate?: string;
  readonly privateKey?: string;
}

/** Credentials of a gRPC listener: plaintext without TLS settings. */
export function serverCredentials(tls: ServerTls | undefined): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure();
  const authorities = tls.clientAuthorities === undefined ? null : Buffer.from(tls.clientAuthorities);
  const pair = { private_key: Buffer.from(tls.privateKey), cert_chain: Buffer.from(tls.certificate) };
  return ServerCredentials.createSsl(authorities, [pair], authorities !== null);
}

/** The same settings for a `node:https` server. */
export function httpsOptions(tls: ServerTls) {
  return {
    cert: tls.certificate,
    key: tls.privateKey,
    ...(tls.clientAuthorities !== undefined && {
      ca: tls.clientAuthorities,
      requestCert: true,
      rejectUnauthorized: true,
    }),
  };
}

/** Credentials of a channel to an `https:` URL. */
export function channelCredentials(tls: ClientTls = {}): ChannelCredentials {
  const bytes = (pem: string | undefined) => (pem === undefined ? null : Buffer.from(pem));
  return ChannelCredentials.createSsl(bytes(tls.authorities), bytes(tls.privateKey), bytes(tls.certificate));
}
