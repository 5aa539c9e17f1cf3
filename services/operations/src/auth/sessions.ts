/** Sessions of browsers: everything is in an encrypted cookie, so that every process knows every session. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '@order-pipeline/platform/clock';
import { z } from 'zod';
import type { Viewer, ViewerRole } from '../rpc/viewer.js';
import type { OidcConfig } from './config.js';
import { readCookie, toSetCookie } from './cookies.js';
import { Seal } from './seal.js';

const COOKIE = 'operations_session';

const SessionSchema = z.object({
  actor: z.string(),
  role: z.enum(['viewer', 'operator']),
  csrf: z.string(),
  exp: z.number(),
});

/** Starts, reads and ends sessions. */
export class Sessions {
  readonly #seal: Seal;
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  readonly #secure: boolean;

  constructor(
    {
      sessionSecret,
      sessionMaxAgeMs,
      publicBaseUrl,
    }: Pick<OidcConfig, 'sessionSecret' | 'sessionMaxAgeMs' | 'publicBaseUrl'>,
    clock: Clock,
  ) {
    this.#seal = new Seal(sessionSecret, 'session', clock);
    this.#clock = clock;
    this.#maxAgeMs = sessionMaxAgeMs;
    this.#secure = publicBaseUrl.startsWith('https:');
  }

  /** Returns the Set-Cookie header of a new session. */
  async start(actor: string, role: ViewerRole): Promise<string> {
    const csrf = randomBytes(24).toString('base64url');
    const value = await this.#seal.close({ actor, role, csrf }, this.#clock() + this.#maxAgeMs);
    return this.#setCookie(value, Math.ceil(this.#maxAgeMs / 1_000));
  }

  /** Returns the Set-Cookie header that removes the session. */
  end(): string {
    return this.#setCookie('', 0);
  }

  /** Returns the caller of a Cookie header; undefined without a session, or with one that has expired. */
  async read(header: string | null | undefined): Promise<Viewer | undefined> {
    const text = readCookie(header, COOKIE, this.#secure);
    const payload = text === undefined ? undefined : await this.#seal.open(text);
    const { success, data } = SessionSchema.safeParse(payload);
    if (!success) return undefined;
    const { actor, role, csrf: csrfToken, exp } = data;
    return { actor, role, session: { csrfToken, expiresAt: exp * 1_000 } };
  }

  #setCookie(value: string, maxAgeSeconds: number): string {
    return toSetCookie(COOKIE, value, { secure: this.#secure, sameSite: 'Strict', maxAgeSeconds });
  }
}
