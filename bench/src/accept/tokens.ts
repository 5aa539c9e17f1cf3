/** Access tokens as the API's own login makes them: JWT with HS256. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { JWT_KEY } from '../harness/services.js';

const ISSUER = 'order-api';

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function sign(text: string): Buffer {
  return createHmac('sha256', JWT_KEY.secret).update(text).digest();
}

/** Returns a token of the user that is valid for an hour. */
export function signToken(userId: string): string {
  const iat = Math.floor(Date.now() / 1_000);
  const header = encode({ alg: 'HS256', typ: 'JWT', kid: JWT_KEY.id });
  const claims = encode({ sub: userId, iss: ISSUER, aud: ISSUER, iat, exp: iat + 3_600 });
  return `${header}.${claims}.${sign(`${header}.${claims}`).toString('base64url')}`;
}

/** Returns the user of a valid token. */
export function verifyToken(token: string): string | undefined {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const expected = sign(`${header}.${claims}`);
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const { sub, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  return exp > Date.now() / 1_000 ? sub : undefined;
}
