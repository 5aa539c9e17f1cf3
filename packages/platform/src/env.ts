/** Reads settings from the environment once, and reports everything that is wrong with them together. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Draft, INVALID, Invalid } from './draft.js';
import { Secret, type SecretParser, trimSecret } from './secret.js';

export { type Draft, INVALID, Invalid, isValid, orUndefined } from './draft.js';

/** One thing that is wrong with the environment, and what to do about it. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
  readonly remedy: string;
}

/** The environment cannot be used. Its message lists every problem with its remedy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ variable, problem, remedy }) => `  ${variable} ${problem}: ${remedy}`);
    super(`The configuration has ${problems.length} problem(s):\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

/** Environment variables as a process gets them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Options of a secret setting. */
export interface SecretOptions<T> {
  /** Reads the text. Problems must not repeat it. */
  readonly parse: SecretParser<T>;
  readonly remedy: string;
  /** The text to use when nothing is set. Required by default. */
  readonly fallback?: string | undefined;
}

/**
 * Reads variables one by one and collects what is wrong with them. A bad variable reads as Invalid, which no
 * configuration's type accepts: `resolve` throws all problems at once, or returns the values.
 *
 * @example
 * const env = new EnvReader(process.env);
 * return env.resolve<Config>({ port: env.port('PORT', 8_000), table: env.text('TABLE', 'name the table') });
 */
export class EnvReader {
  readonly #problems: ConfigProblem[] = [];
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  /** Returns the variable as `schema` reads it; an empty one counts as unset. The remedy completes "set it to …". */
  read<T>(variable: string, schema: z.ZodType<T>, remedy: string): T | Invalid {
    const value = this.#env[variable];
    const result = schema.safeParse(value === '' ? undefined : value);
    if (result.success) return result.data;
    const unset = value === undefined || value === '';
    return this.report(
      variable,
      unset ? 'is not set' : `is ${result.error.issues[0]?.message ?? 'invalid'}`,
      remedy,
    );
  }

  /**
   * Returns the secret in `variable`, or in the file that `variable`_FILE names. `watchSecrets` keeps one from a file up
   * to date.
   */
  secret<T>(variable: string, { parse, remedy, fallback }: SecretOptions<T>): Secret<T> | Invalid {
    const fileVariable = `${variable}_FILE`;
    const path = this.#env[fileVariable] || undefined;
    const given = this.#env[variable] || undefined;
    if (path !== undefined && given !== undefined)
      return this.report(variable, `is set, and so is ${fileVariable}`, 'set only one of them');
    const text = path === undefined ? (given ?? fallback) : this.#readFile(fileVariable, path);
    if (text instanceof Invalid) return text;
    if (text === undefined) return this.report(variable, 'is not set', remedy);
    const parsed = parse(text);
    if ('value' in parsed)
      return new Secret(variable, parsed.value, path ? { path, text, parse } : undefined);
    const place = path === undefined ? variable : `${variable} (from ${fileVariable})`;
    for (const problem of parsed.problems) this.report(place, problem, remedy);
    return INVALID;
  }

  #readFile(variable: string, path: string): string | Invalid {
    try {
      return trimSecret(readFileSync(path, 'utf8'));
    } catch (error) {
      const { code = 'unreadable' } = error as NodeJS.ErrnoException;
      return this.report(
        variable,
        `cannot be read (${code})`,
        `make ${path} a file that this process can read`,
      );
    }
  }

  /** Returns true when the variable, or the `_FILE` variable of a secret, is set. */
  isSet(variable: string): boolean {
    return Boolean(this.#env[variable] || this.#env[`${variable}_FILE`]);
  }

  /** Notes a problem, also one that no single variable shows. */
  report(variable: string, problem: string, remedy: string): Invalid {
    this.#problems.push({ variable, problem, remedy });
    return INVALID;
  }

  /** Returns the configuration. Throws a ConfigError with every problem when anything was wrong. */
  resolve<C>(draft: Draft<C>): C {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
    // Invalid is returned together with a problem only, so there is none in the draft.
    return draft as C;
  }

  /** A text. It must be set unless there is a fallback. */
  text(variable: string, remedy: string, fallback?: string): string | Invalid {
    return this.read(variable, fallback === undefined ? z.string() : z.string().default(fallback), remedy);
  }

  /** A text with a default. */
  textOr(variable: string, fallback: string): string | Invalid {
    return this.read(variable, z.string().default(fallback), 'set any text');
  }

  /** One of a fixed set. */
  choice<const T extends readonly [string, ...string[]]>(
    variable: string,
    choices: T,
    fallback: T[number],
  ): T[number] | Invalid {
    const schema = z.enum(choices, { error: 'not one of the known values' }).default(fallback as never);
    return this.read(variable, schema as z.ZodType<T[number]>, `set it to ${choices.join(', ')}`);
  }

  /** A whole number within bounds, with a default. */
  integer(variable: string, fallback: number, min: number, max: number): number | Invalid {
    const schema = z
      .string()
      .regex(/^-?\d+$/, { error: 'not a whole number' })
      .transform(Number)
      .pipe(z.number().min(min, { error: 'too small' }).max(max, { error: 'too large' }))
      .default(fallback);
    return this.read(variable, schema, `set a whole number from ${min} to ${max}`);
  }

  /** A number within bounds, with a default. */
  number(variable: string, fallback: number, min: number, max: number): number | Invalid {
    const schema = z
      .string()
      .regex(/^-?\d+(\.\d+)?$/, { error: 'not a number' })
      .transform(Number)
      .pipe(z.number().min(min, { error: 'too small' }).max(max, { error: 'too large' }))
      .default(fallback);
    return this.read(variable, schema, `set a number from ${min} to ${max}`);
  }

  /** A TCP port, 0 for any free one. */
  port(variable: string, fallback: number): number | Invalid {
    return this.integer(variable, fallback, 0, 65_535);
  }

  /** A URL with one of the schemes (`http:`). It must be set unless there is a fallback. */
  url(variable: string, schemes: readonly string[], example: string, fallback?: string): string | Invalid {
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

/** Stage of a deployment. Only `local` accepts demo login and the well-known development secrets. */
export type Stage = 'local' | 'dev' | 'prod';

/** Configuration common to all services. */
export interface CommonConfig {
  readonly stage: Stage;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  readonly awsRegion: string;
  /** Version of the program, for metrics and traces. */
  readonly version: string;
}

/** Reads the configuration common to all services: STAGE, LOG_LEVEL, AWS_REGION and SERVICE_VERSION. */
export function readCommon(env: EnvReader): {
  readonly [K in keyof CommonConfig]: CommonConfig[K] | Invalid;
} {
  return {
    stage: env.choice('STAGE', ['local', 'dev', 'prod'], 'local'),
    logLevel: env.choice('LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info'),
    awsRegion: env.textOr('AWS_REGION', 'us-east-1'),
    version: env.textOr('SERVICE_VERSION', 'unknown'),
  };
}
