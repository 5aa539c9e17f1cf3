/** What a valid token is, in each mode: who signs it, how, and with which key. */
import { ExtractJwt, type SecretOrKeyProvider, type StrategyOptionsWithoutRequest } from 'passport-jwt';
import { type AuthConfig, type LoginConfig, OWN_ISSUER } from '../config/auth.js';
import { findKey } from '../keys.js';
import { createIssuerKeys } from './issuer-keys.js';
import { OWN_ALGORITHM } from './token-issuer.js';

/** What passport-jwt must check. Algorithm, issuer and audience are pinned; no token chooses them. */
export function toVerification(config: AuthConfig): StrategyOptionsWithoutRequest {
  const jwtFromRequest = ExtractJwt.fromAuthHeaderAsBearerToken();
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
  return (_request, token: string, done) => {
    const key = findKey(keys, readKeyId(token));
    if (key) done(null, key.secret);
    else done(new Error('The token names no key of this API'));
  };
}

/** The `kid` of a token's header, which nothing has proved yet. */
function readKeyId(token: string): string {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString());
    const kid = header !== null && typeof header === 'object' && 'kid' in header ? header.kid : undefined;
    return typeof kid === 'string' ? kid : '';
  } catch {
    return '';
  }
}
