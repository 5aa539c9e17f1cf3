/** Turns the bearer token of a request into its caller, by passport-jwt and a cache of verified tokens. */
import type { Clock } from '@order-pipeline/platform/clock';
import type { Request } from 'express';
import passport from 'passport';
import { ExtractJwt, type SecretOrKeyProvider, Strategy } from 'passport-jwt';
import { type AuthConfig, type LoginConfig, OWN_ISSUER } from '../config/auth.js';
import { ProblemError } from '../http/problem.js';
import { findKey } from '../keys.js';
import type { Caller } from './caller.js';
import { TokenCache } from './token-cache.js';
import { OWN_ALGORITHM } from './token-issuer.js';

/** The caller of a request. Throws ProblemError unauthenticated. */
export type Authenticator = (request: Request) => Promise<Caller>;

/** What a strategy finds in a valid token. */
interface Verified {
  readonly caller: Caller;
  /** Epoch seconds. */
  readonly exp: number;
}

const CACHED_TOKENS = 10_000;
const CACHED_FOR_MS = 300_000;

/** Creates the authenticator of the configured mode. */
export function createAuthenticator(config: AuthConfig, clock: Clock): Authenticator {
  const verify = createVerifier(config);
  const cache = new TokenCache<Caller>(CACHED_TOKENS, CACHED_FOR_MS, clock);
  return async (request) => {
    const header = request.headers.authorization;
    if (header === undefined) throw unauthenticated('Send an access token: Authorization: Bearer …', false);
    const known = cache.get(header);
    if (known) return known;
    const { caller, exp } = await verify(request);
    cache.set(header, caller, exp);
    return caller;
  };
}

function createVerifier(config: AuthConfig): (request: Request) => Promise<Verified> {
  const authenticator = new passport.Passport();
  authenticator.use(createStrategy(config));
  return (request) =>
    new Promise((resolve, reject) => {
      const done = (error: unknown, verified: Verified | false | null | undefined) => {
        if (error) reject(error);
        else if (verified) resolve(verified);
        else reject(unauthenticated('The access token is not valid.', true));
      };
      authenticator.authenticate('jwt', { session: false }, done)(request, request.res, reject);
    });
}

function createStrategy(config: AuthConfig): Strategy {
  if (config.mode === 'oidc') throw new Error('not yet');
  return new Strategy(
    {
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: createKeyProvider(config),
      algorithms: [OWN_ALGORITHM],
      issuer: OWN_ISSUER,
      audience: OWN_ISSUER,
    },
    (payload: unknown, done) => done(null, toVerified(payload) ?? false),
  );
}

function createKeyProvider({ keys }: LoginConfig): SecretOrKeyProvider {
  return (_request, token: string, done) => {
    const key = findKey(keys, readKeyId(token));
    if (key) done(null, key.secret);
    else done(new Error('The token names no key of this API'));
  };
}

/** The `kid` of a token's header, which is not proved to be true yet. */
function readKeyId(token: string): string {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString());
    const kid = header !== null && typeof header === 'object' && 'kid' in header ? header.kid : undefined;
    return typeof kid === 'string' ? kid : '';
  } catch {
    return '';
  }
}

/** The claims of a token whose signature, issuer, audience and expiry were found right. */
function toVerified(payload: unknown): Verified | undefined {
  if (payload === null || typeof payload !== 'object') return undefined;
  const { sub, exp, account_created_at } = payload as Readonly<Record<string, unknown>>;
  if (typeof sub !== 'string' || sub === '' || typeof exp !== 'number') return undefined;
  return {
    exp,
    caller: { user_id: sub, ...(typeof account_created_at === 'string' && { account_created_at }) },
  };
}

/** RFC 6750: which scheme is wanted and, where a token was sent, that it is the token that is wrong. */
function unauthenticated(detail: string, tokenSent: boolean): ProblemError {
  const challenge = tokenSent ? 'Bearer realm="orders", error="invalid_token"' : 'Bearer realm="orders"';
  return new ProblemError('unauthenticated', detail, { headers: { 'WWW-Authenticate': challenge } });
}
