/** Password hashes: Argon2id (RFC 9106) with the parameters that OWASP advises. */
import { randomBytes } from 'node:crypto';
import argon2 from 'argon2';

/** OWASP Password Storage Cheat Sheet: 19 MiB of memory, two passes, one lane. */
const PARAMETERS = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Returns a new hash of the password in PHC string format, with its own salt. */
export function hashPassword(password: string): Promise<string> {
  return argon2.hash(password, PARAMETERS);
}

/** Checks a password, with the same work when there is no hash, so that the duration reveals nothing about users. */
export type PasswordCheck = (password: string, hash: string | undefined) => Promise<boolean>;

/** Creates a check. */
export function createPasswordCheck(): PasswordCheck {
  const nobodys = hashPassword(randomBytes(32).toString('base64url'));
  return async (password, hash) => {
    const matches = await argon2.verify(hash ?? (await nobodys), password);
    return matches && hash !== undefined;
  };
}
