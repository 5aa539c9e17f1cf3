/** Secret settings, which can change while the process runs. */

/** A usable value, or what is wrong with the text: each problem completes a sentence that starts with the setting. */
export type SecretParse<T> = { readonly value: T } | { readonly problems: readonly string[] };

/** Reads the text of a secret. */
export type SecretParser<T> = (text: string) => SecretParse<T>;

/** A file that holds a secret. */
export interface SecretFile<T> {
  readonly path: string;
  /** Its text when the setting was read. */
  readonly text: string;
  readonly parse: SecretParser<T>;
}

/**
 * A secret setting. Read `current` at every use and keep no copy: `watchSecrets` replaces it when its file changes. It is
 * not shown in logs or JSON.
 *
 * @example
 * const keys = env.secret('URL_SIGNING_KEYS', { parse, remedy });
 * keys.onChange(() => cache.clear());
 * sign(keys.current);
 */
export class Secret<T> {
  /** Name of the setting. */
  readonly name: string;
  /** The file that it comes from; undefined when it was set directly and never changes. */
  readonly file: SecretFile<T> | undefined;
  readonly #listeners = new Set<(value: T) => void>();
  #current: T;

  constructor(name: string, value: T, file?: SecretFile<T>) {
    this.name = name;
    this.#current = value;
    this.file = file;
  }

  /** The value to use now. */
  get current(): T {
    return this.#current;
  }

  /** Calls the listener with each later value. Returns a function that ends this. */
  onChange(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Replaces the value and notifies the listeners. */
  replace(value: T): void {
    this.#current = value;
    for (const listener of this.#listeners) listener(value);
  }

  toJSON(): string {
    return `[secret ${this.name}]`;
  }
}

/** Removes what editors and `echo` add at the end of a file. */
export function trimSecret(text: string): string {
  return text.replace(/[\r\n]+$/, '');
}
