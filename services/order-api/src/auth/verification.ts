/** Requirements on a valid token in each mode: its issuer, algorithm and key. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import type {
  JwtFromRequestFunction,
  SecretOrKeyProvider,
  StrategyOptionsWithoutRequest,
} from 'passport-jwt';
import { type AuthConfig, type LoginConfig, OWN_ISSUER } from '../config/auth.js';
import { findKey, type KeyRing } from '../keys.js';
import { readBearer, readJoseHeader } from './bearer.js';
import { createIssuerKeys } from './issuer-keys.js';
import { OWN_ALGORITHM } from './token-issuer.js';

/** Returns the checks that passport-jwt makes. Algorithm, issuer and audience are pinned; no token chooses them. */
export function toVerification(config: AuthConfig): StrategyOptionsWithoutRequest {
  const jwtFromRequest: JwtFromRequestFunction = (request) => readBearer(request) ?? null;
  if (config.mode === 'oidc')
    return {
      jwtFromRequest,
      secretOrKeyProvider: createIssuerKeys(config.issuer),
      algorithms: [config.algorithm],
      issuer: config.issuer,
      audience: config.audience,
    };
  return {
    jwtFromRequest,
    secretOrKeyProvider: createOwnKeys(config),
    algorithms: [OWN_ALGORITHM],
    issuer: OWN_ISSUER,
    audience: OWN_ISSUER,
  };
}

function createOwnKeys({ keys }: LoginConfig): SecretOrKeyProvider {
  let objects = toKeyObjects(keys.current);
  keys.onChange((changed) => {
    objects = toKeyObjects(changed);
  });
  return (_request, token: string, done) => {
    const kid = readJoseHeader(token).kid;
    const key = objects.get(findKey(keys.current, typeof kid === 'string' ? kid : '')?.secret ?? '');
    // The type of passport-jwt is older than KeyObject; jsonwebtoken takes one as it is.
    if (key) done(null, key as unknown as Buffer);
    else done(new Error('The token names no key of this API'));
  };
}

/** Key objects by secret. Made of a string, jsonwebtoken would try to read it as a public key for each token first. */
function toKeyObjects(keys: KeyRing): ReadonlyMap<string, KeyObject> {
  return new Map(keys.map(({ secret }) => [secret, createSecretKey(Buffer.from(secret))]));
}
