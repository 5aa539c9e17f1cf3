/** Turns the bearer token of a request into its caller, by a cache and a fast verifier first, and by passport-jwt otherwise. */
import type { Clock } from '@order-pipeline/platform/clock';
import type { Request } from 'express';
import passport from 'passport';
import { Strategy } from 'passport-jwt';
import type { AuthConfig } from '../config/auth.js';
import { ProblemError } from '../http/problem.js';
import { readBearer, readJoseHeader } from './bearer.js';
import type { Caller } from './caller.js';
import { createOwnTokenVerifier } from './own-token.js';
import { TokenCache, toTokenKey } from './token-cache.js';
import { toVerification } from './verification.js';

/** The caller of a request. Throws ProblemError unauthenticated, and unavailable while an issuer does not respond. */
export type Authenticator = (request: Request) => Promise<Caller>;

/** Claims of a valid token. */
interface Verified {
  readonly caller: Caller;
  /** Epoch seconds. */
  readonly exp: number;
}

const CACHED_FOR_MS = 300_000;

/** Creates the authenticator of the configured mode. It remembers up to `cachedTokens` tokens. */
export function createAuthenticator(config: AuthConfig, clock: Clock, cachedTokens: number): Authenticator {
  const verify = createVerifier(config);
  const verifyOwn = config.mode === 'oidc' ? () => undefined : createOwnTokenVerifier(config);
  const cache = new TokenCache<Caller>(cachedTokens, CACHED_FOR_MS, clock);
  // Tokens of a withdrawn key must not remain valid.
  if (config.mode !== 'oidc') config.keys.onChange(() => cache.clear());
  return async (request) => {
    if (request.headers.authorization === undefined)
      throw unauthenticated('Send an access token: Authorization: Bearer …', false);
    const token = readBearer(request);
    if (token === undefined) throw unauthenticated('Send `Authorization: Bearer` and one token.', true);
    const key = toTokenKey(token);
    const known = cache.get(key);
    if (known) return known;
    const { caller, exp } = toVerified(verifyOwn(token, clock())) ?? (await verifyInGeneral(request, token));
    cache.set(key, caller, exp);
    return caller;
  };

  function verifyInGeneral(request: Request, token: string): Promise<Verified> {
    // RFC 7515, section 4.1.11: this API understands no extension, so a token that requires one is not valid.
    if (readJoseHeader(token).crit !== undefined)
      throw unauthenticated('The access token is not valid.', true);
    return verify(request);
  }
}

function createVerifier(config: AuthConfig): (request: Request) => Promise<Verified> {
  const authenticator = new passport.Passport();
  const strategy = new Strategy(toVerification(config), (payload: unknown, done) =>
    done(null, toVerified(payload) ?? false),
  );
  authenticator.use(strategy);
  return (request) =>
    new Promise((resolve, reject) => {
      const done = (error: unknown, verified: Verified | false | null | undefined, reason: unknown) => {
        if (error || reason instanceof ProblemError) reject(error ?? reason);
        else if (verified) resolve(verified);
        else reject(unauthenticated('The access token is not valid.', true));
      };
      authenticator.authenticate(strategy.name, { session: false }, done)(request, request.res, reject);
    });
}

/** The claims of a token whose signature, issuer, audience and expiry are valid. */
function toVerified(payload: unknown): Verified | undefined {
  if (payload === null || typeof payload !== 'object') return undefined;
  const { sub, exp, account_created_at } = payload as Readonly<Record<string, unknown>>;
  if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUBJECT_CHARACTERS) return undefined;
  if (typeof exp !== 'number') return undefined;
  return {
    exp,
    caller: { user_id: sub, ...(isTime(account_created_at) && { account_created_at }) },
  };
}

/** OpenID Connect Core, section 2: a subject has at most 255 characters. */
const MAX_SUBJECT_CHARACTERS = 255;
const MAX_TIME_CHARACTERS = 64;

function isTime(claim: unknown): claim is string {
  return typeof claim === 'string' && claim.length <= MAX_TIME_CHARACTERS && !Number.isNaN(Date.parse(claim));
}

/** RFC 6750: the required scheme and, where a token was sent, that the token is invalid. */
function unauthenticated(detail: string, tokenSent: boolean): ProblemError {
  const challenge = tokenSent ? 'Bearer realm="orders", error="invalid_token"' : 'Bearer realm="orders"';
  return new ProblemError('unauthenticated', detail, { headers: { 'WWW-Authenticate': challenge } });
}
