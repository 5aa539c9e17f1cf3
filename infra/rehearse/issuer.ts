/** An OpenID issuer for the console of a rehearsal: HTTPS, its documents, and access tokens; nobody logs in at it. */
import { execFileSync } from 'node:child_process';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A running issuer. */
export interface Issuer {
  readonly url: string;
  /** File of its certificate, which the console has to trust. */
  readonly certificate: string;
  /** Returns an access token for an audience whose claim, a path with dots, has the role. */
  token(role: string, claim: string, audience: string): string;
  stop(): Promise<void>;
}

/** Validity of a token, in seconds. */
const TOKEN_SECONDS = 600;

/** Starts the issuer on a free port; `folder` gets its certificate. */
export async function startIssuer(folder: string): Promise<Issuer> {
  const [keyFile, certificate] = [join(folder, 'issuer.key'), join(folder, 'issuer.crt')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=issuer'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', keyFile, '-out', certificate],
    ],
    { stdio: 'pipe' },
  );
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' };
  const server = createServer({ key: readFileSync(keyFile), cert: readFileSync(certificate) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const documents: Readonly<Record<string, object>> = {
    '/.well-known/openid-configuration': {
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
    },
    '/jwks': { keys: [jwk] },
  };
  server.on('request', ({ url: path = '' }, response) => {
    const document = documents[path];
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? {}));
  });
  return {
    url,
    certificate,
    token: (role, claim, audience) => {
      const now = Math.floor(Date.now() / 1_000);
      const payload = {
        ...{
          iss: url,
          aud: audience,
          sub: role,
          email: `${role}@acme.shop`,
          iat: now,
          exp: now + TOKEN_SECONDS,
        },
        ...toClaim(claim, role),
      };
      const text = [{ alg: 'RS256', kid: 'k1' }, payload].map(encode).join('.');
      return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function toClaim(path: string, role: string): Record<string, unknown> {
  return path.split('.').reduceRight<unknown>((value, name) => ({ [name]: value }), [role]) as Record<
    string,
    unknown
  >;
}
