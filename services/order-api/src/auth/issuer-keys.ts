/** The keys of an OpenID Connect issuer: found by its discovery document, cached, and fetched again for a new key. */
import jwksRsa from 'jwks-rsa';
import type { SecretOrKeyProvider } from 'passport-jwt';
import { z } from 'zod';
import { ProblemError } from '../http/problem.js';

const FETCH_TIMEOUT_MS = 3_000;

/** Unknown key ids make the issuer's keys be fetched again, at most this often. */
const FETCHES_PER_MINUTE = 10;

const DISCOVERY = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Creates the key lookup for passport-jwt. It fails with ProblemError unavailable while the issuer does not respond. */
export function createIssuerKeys(issuer: string): SecretOrKeyProvider {
  let provider: Promise<SecretOrKeyProvider> | undefined;
  return (request, token, done) => {
    provider ??= discover(issuer).then(createProvider);
    provider.then(
      (find) => find(request, token, done),
      (cause: unknown) => {
        provider = undefined;
        done(toUnavailable(cause));
      },
    );
  };
}

function createProvider(jwksUri: string): SecretOrKeyProvider {
  return jwksRsa.passportJwtSecret({
    jwksUri,
    cache: true,
    rateLimit: true,
    jwksRequestsPerMinute: FETCHES_PER_MINUTE,
    timeout: FETCH_TIMEOUT_MS,
    handleSigningKeyError: (error, done) => {
      // A key that the issuer does not have is the token's fault, anything else is not.
      if (error instanceof jwksRsa.SigningKeyNotFoundError) done(error);
      else done(toUnavailable(error));
    },
  });
}

/** OpenID Connect Discovery 1.0, section 4: the document must name the issuer that was asked. */
async function discover(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`The issuer answered ${response.status} to its discovery document`);
  const document = DISCOVERY.parse(await response.json());
  if (document.issuer !== issuer) throw new Error(`The discovery document is of ${document.issuer}`);
  return document.jwks_uri;
}

function toUnavailable(cause: unknown): ProblemError {
  return new ProblemError('unavailable', 'Tokens cannot be verified right now.', {
    headers: { 'Retry-After': '1' },
    cause,
  });
}
