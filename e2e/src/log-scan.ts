/** Searches everything that processes print for secrets, when they end. */
import { findSecrets, type Leak } from './secret-scan.js';

/** Processes printed secrets. The message shows the lines with the secrets cut out. */
export class SecretsInLogError extends Error {
  override readonly name = 'SecretsInLogError';

  readonly leaks: readonly Leak[];

  constructor(leaks: readonly Leak[]) {
    super(
      `${leaks.length} secrets in the log:\n${leaks.map(({ secret, line }) => `${secret}: ${line}`).join('\n')}`,
    );
    this.leaks = leaks;
  }
}

/** Secrets of the local stage, by their values. */
const LOCAL_SECRETS: readonly (readonly [string, string])[] = [
  ['well-known-jwt-secret-for-local-use-only', 'JWT secret'],
  ['well-known-url-signing-key-for-local-use-only', 'URL signing key'],
];

/** Names of variables that hold secrets. */
const SECRET_VARIABLE = /SECRET|PASSWORD|TOKEN|_KEY$/;

/** Parts of a value that are searched for. Shorter ones are words that a log may hold for other reasons. */
const SECRET_WORD = /[\w-]{12,}/g;

/** Returns the secrets of an environment by their values. */
export function secretsOfEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Map<string, string> {
  const own = Object.entries(environment).flatMap(([name, value = '']) =>
    SECRET_VARIABLE.test(name) ? (value.match(SECRET_WORD) ?? []).map((word) => [word, name] as const) : [],
  );
  return new Map([...LOCAL_SECRETS, ...own]);
}

/** Lines of processes, and the secrets that they must not hold. */
export class LogScan {
  readonly #known: ReadonlyMap<string, string>;
  readonly #lines: string[] = [];

  constructor(environment: Readonly<Record<string, string | undefined>> = {}) {
    this.#known = secretsOfEnvironment(environment);
  }

  /** Adds a line that a process printed. */
  add(name: string, line: string): void {
    this.#lines.push(`[${name}] ${line}`);
  }

  /** Searches the lines since the last check. @throws {SecretsInLogError} */
  check(): void {
    const leaks = findSecrets(this.#lines.splice(0), this.#known);
    if (leaks.length > 0) throw new SecretsInLogError(leaks);
  }
}
