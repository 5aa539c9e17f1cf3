/** Issues tokens to authenticated users. */
import type { AuthConfig, LoginConfig } from '../config/auth.js';
import { ProblemError } from '../http/problem.js';
import type { Caller } from './caller.js';
import type { AccessToken, LoginRequest } from './models.js';
import { createPasswordCheck } from './passwords.js';
import { issueToken } from './token-issuer.js';
import type { UserRecord } from './users.js';

/** Returns a token. Rejects with ProblemError and StoreUnavailableError. */
export type Login = (request: LoginRequest) => Promise<AccessToken>;

/** Finds a user's record. */
export type UserLookup = (userId: string) => Promise<UserRecord | undefined>;

/** Creates the login of the configured mode. */
export function createLogin(config: AuthConfig, findUser: UserLookup): Login {
  switch (config.mode) {
    case 'oidc':
      return async () => {
        throw new ProblemError('unknownPath', `This API issues no tokens; ${config.issuer} does.`);
      };
    case 'password':
      return createPasswordLogin(config, findUser);
    case 'demo':
      return async ({ user_id }) => toAccessToken(config, { user_id });
  }
}

function createPasswordLogin(config: LoginConfig, findUser: UserLookup): Login {
  const isRight = createPasswordCheck();
  return async ({ user_id, password }) => {
    if (password === undefined)
      throw new ProblemError('invalid', '1 field is not valid.', {
        errors: [{ in: 'body', field: 'password', detail: "'password' is required" }],
      });
    const user = await findUser(user_id);
    if (!(await isRight(password, user?.password_hash)) || !user)
      throw new ProblemError('unauthenticated', 'The user is unknown or the password is wrong.', {
        headers: { 'WWW-Authenticate': 'Bearer realm="orders"' },
      });
    return toAccessToken(config, { user_id, account_created_at: user.created_at });
  };
}

function toAccessToken(config: LoginConfig, caller: Caller): AccessToken {
  return {
    access_token: issueToken(config, caller),
    token_type: 'bearer',
    expires_in: config.tokenTtlSeconds,
  };
}
