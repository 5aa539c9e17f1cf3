/** Configuration of authentication. */
import { type Draft, type EnvReader, type Invalid, isValid, type Stage } from '@order-pipeline/platform/env';
import type { Secret } from '@order-pipeline/platform/secret';
import type { KeyRing } from '../keys.js';
import { readKeys } from './readers.js';

/** `iss` and `aud` of the tokens that this API makes for itself. */
export const OWN_ISSUER = 'order-api';

/** Tokens of this API's own login, signed with HS256. */
export interface LoginConfig {
  /** demo: the caller names its user, unchecked. password: users of the users table. */
  readonly mode: 'demo' | 'password';
  readonly keys: Secret<KeyRing>;
  readonly tokenTtlSeconds: number;
}

/** Tokens of an OpenID Connect issuer, verified with the keys that it publishes. */
export interface OidcConfig {
  readonly mode: 'oidc';
  /** Must be the tokens' `iss`. */
  readonly issuer: string;
  /** Must be among the tokens' `aud`. */
  readonly audience: string;
  /** The one signature algorithm that is accepted. */
  readonly algorithm: 'RS256' | 'PS256' | 'ES256';
}

/** Configuration of authentication. */
export type AuthConfig = LoginConfig | OidcConfig;

/** Signs tokens when no secret is configured. Published, so it is no secret: `STAGE=local` only. */
export const LOCAL_JWT_SECRET = 'well-known-jwt-secret-for-local-use-only';

/** Reads AUTH_MODE and what the mode needs. */
export function readAuth(env: EnvReader, stage: Stage | Invalid): Draft<AuthConfig> {
  const local = stage === 'local';
  const mode = env.choice('AUTH_MODE', ['demo', 'password', 'oidc'], 'demo');
  if (mode === 'oidc') {
    return {
      mode,
      issuer: env.url('OIDC_ISSUER', local ? ['http:', 'https:'] : ['https:'], 'https://login.example.com'),
      audience: env.text(
        'OIDC_AUDIENCE',
        'set it to the audience that the issuer puts in tokens for this API',
      ),
      algorithm: env.choice('OIDC_ALGORITHM', ['RS256', 'PS256', 'ES256'], 'RS256'),
    };
  }
  if (mode === 'demo' && !local && isValid(stage))
    env.report('AUTH_MODE', `is demo, which lets anyone in, in stage ${stage}`, 'set it to password or oidc');
  return {
    mode: mode === 'password' ? 'password' : 'demo',
    keys: readKeys(env, local, 'JWT_SECRET', LOCAL_JWT_SECRET),
    tokenTtlSeconds: env.integer('TOKEN_TTL_SECONDS', 3_600, 60, 86_400),
  };
}
