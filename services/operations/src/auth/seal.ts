/** Encrypted, expiring texts for cookies: JWE with a key that follows from the session secret. */
import { createHash } from 'node:crypto';
import type { Clock } from '@order-pipeline/platform/clock';
import type { Secret } from '@order-pipeline/platform/secret';
import { EncryptJWT, type JWTPayload, jwtDecrypt } from 'jose';

/** Seals and opens texts of one purpose; a text of another purpose does not open. */
export class Seal {
  readonly #secret: Secret<string>;
  readonly #purpose: string;
  readonly #clock: Clock;

  constructor(secret: Secret<string>, purpose: string, clock: Clock) {
    this.#secret = secret;
    this.#purpose = purpose;
    this.#clock = clock;
  }

  /** Returns the text of a payload that expires at `expiresAt`, epoch milliseconds. */
  close(payload: JWTPayload, expiresAt: number): Promise<string> {
    return new EncryptJWT(payload)
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setAudience(this.#purpose)
      .setExpirationTime(new Date(expiresAt))
      .encrypt(this.#key());
  }

  /** Returns the payload; undefined when the text is forged, expired or of another purpose. */
  async open(text: string): Promise<JWTPayload | undefined> {
    try {
      const currentDate = new Date(this.#clock());
      const options = { audience: this.#purpose, requiredClaims: ['exp'], currentDate };
      return (await jwtDecrypt(text, this.#key(), options)).payload;
    } catch {
      return undefined;
    }
  }

  /** The secret may change while the process runs. */
  #key(): Uint8Array {
    return createHash('sha256').update(this.#secret.current).digest();
  }
}
