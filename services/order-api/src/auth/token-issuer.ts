/** Access tokens of this API's own login: JWT (RFC 7519) signed with HS256. */
import jwt from 'jsonwebtoken';
import { type LoginConfig, OWN_ISSUER } from '../config/auth.js';
import type { Caller } from './caller.js';

/** The one algorithm of the API's own tokens. */
export const OWN_ALGORITHM = 'HS256';

/** Creates a token for an authenticated caller. The first key signs and is named in the header. */
export function issueToken({ keys, tokenTtlSeconds }: LoginConfig, caller: Caller): string {
  const [key] = keys.current;
  const { user_id, ...claims } = caller;
  return jwt.sign(claims, key.secret, {
    algorithm: OWN_ALGORITHM,
    keyid: key.id,
    subject: user_id,
    issuer: OWN_ISSUER,
    audience: OWN_ISSUER,
    expiresIn: tokenTtlSeconds,
  });
}
