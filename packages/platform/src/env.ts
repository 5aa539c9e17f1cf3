/** Reads settings from the environment once, and reports everything that is wrong with them together. */
import { z } from 'zod';

/** One thing that is wrong with the environment, and what to do about it. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
  readonly remedy: string;
}

/** The environment cannot be used. Its message lists every problem with its remedy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ variable, problem, remedy }) => `  ${variable} ${problem}: ${remedy}`);
    super(`The configuration has ${problems.length} problem(s):\n${lines.join('\n')}`);
  }
}

/** Environment variables as a process gets them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads variables one by one and remembers what is wrong with them. Values of bad variables are placeholders:
 * nothing may be used before `done()` has passed.
 */
export class EnvReader {
  readonly #problems: ConfigProblem[] = [];
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  /** The variable as `schema` reads it; an empty one counts as unset. The remedy completes "set it to …". */
  read<T>(variable: string, schema: z.ZodType<T>, remedy: string): T {
    const value = this.#env[variable];
    const result = schema.safeParse(value === '' ? undefined : value);
    if (result.success) return result.data;
    const unset = value === undefined || value === '';
    this.report(
      variable,
      unset ? 'is not set' : `is ${result.error.issues[0]?.message ?? 'invalid'}`,
      remedy,
    );
    return undefined as T;
  }

  /** Notes a problem that no single variable shows. */
  report(variable: string, problem: string, remedy: string): void {
    this.#problems.push({ variable, problem, remedy });
  }

  /** Throws a ConfigError if anything was wrong. */
  done(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
  }

  /** A text that must be set. */
  text(variable: string, remedy: string): string {
    return this.read(variable, z.string(), remedy);
  }

  /** A text with a default. */
  textOr(variable: string, fallback: string): string {
    return this.read(variable, z.string().default(fallback), 'set any text');
  }

  /** One of a fixed set. */
  choice<const T extends readonly [string, ...string[]]>(
    variable: string,
    choices: T,
    fallback: T[number],
  ): T[number] {
    const schema = z.enum(choices, { error: 'not one of the known values' }).default(fallback as never);
    return this.read(variable, schema as z.ZodType<T[number]>, `set it to ${choices.join(', ')}`);
  }

  /** A whole number within bounds, with a default. */
  integer(variable: string, fallback: number, min: number, max: number): number {
    const schema = z
      .string()
      .regex(/^-?\d+$/, { error: 'not a whole number' })
      .transform(Number)
      .pipe(z.number().min(min, { error: 'too small' }).max(max, { error: 'too large' }))
      .default(fallback);
    return this.read(variable, schema, `set a whole number from ${min} to ${max}`);
  }

  /** A number within bounds, with a default. */
  number(variable: string, fallback: number, min: number, max: number): number {
    const schema = z
      .string()
      .regex(/^-?\d+(\.\d+)?$/, { error: 'not a number' })
      .transform(Number)
      .pipe(z.number().min(min, { error: 'too small' }).max(max, { error: 'too large' }))
      .default(fallback);
    return this.read(variable, schema, `set a number from ${min} to ${max}`);
  }

  /** A TCP port, 0 for any free one. */
  port(variable: string, fallback: number): number {
    return this.integer(variable, fallback, 0, 65_535);
  }

  /** A URL with one of the schemes (`http:`). */
  url(variable: string, schemes: readonly string[], example: string, fallback?: string): string {
    const schema = z
      .string()
      .refine((value) => URL.canParse(value) && schemes.includes(new URL(value).protocol), {
        error: `not a URL with ${schemes.join(' or ')}`,
      });
    return this.read(
      variable,
      fallback === undefined ? schema : schema.default(fallback),
      `set a URL such as ${example}`,
    );
  }
}

/** Where a process runs. Only `local` accepts demo login and the well-known development secrets. */
export type Stage = 'local' | 'dev' | 'prod';

/** What every service is told. */
export interface CommonConfig {
  readonly stage: Stage;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  readonly awsRegion: string;
}

/** Reads what every service is told: STAGE, LOG_LEVEL and AWS_REGION. */
export function readCommon(env: EnvReader): CommonConfig {
  return {
    stage: env.choice('STAGE', ['local', 'dev', 'prod'], 'local'),
    logLevel: env.choice('LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info'),
    awsRegion: env.textOr('AWS_REGION', 'us-east-1'),
  };
}
