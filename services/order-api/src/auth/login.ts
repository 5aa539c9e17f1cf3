/** Gives tokens to users who prove who they are. */
import type { AuthConfig } from '../config/auth.js';
import { ProblemError } from '../http/problem.js';
import type { AccessToken, LoginRequest } from './models.js';
import { issueToken } from './token-issuer.js';

/** Answers a token or throws a ProblemError. */
export type Login = (request: LoginRequest) => Promise<AccessToken>;

/** Creates the login of the configured mode. */
export function createLogin(config: AuthConfig): Login {
  if (config.mode === 'oidc')
    return async () => {
      throw new ProblemError('unknownPath', `This API issues no tokens; ${config.issuer} does.`);
    };
  return async ({ user_id }) => ({
    access_token: issueToken(config, { user_id }),
    token_type: 'bearer',
    expires_in: config.tokenTtlSeconds,
  });
}
