/** Types for configuration that has been read but not checked as a whole. */

/** Placeholder for the value of an invalid setting. No configuration type accepts it. */
export class Invalid {
  /** Makes the type nominal. */
  readonly #invalid = true;

  toString(): string {
    return this.#invalid ? '[invalid setting]' : '';
  }
}

/** The one instance. */
export const INVALID = new Invalid();

/** A `C` in which any value may be invalid. `EnvReader.resolve` turns it into a `C`. */
export type Draft<C> =
  | C
  | Invalid
  | (C extends readonly unknown[]
      ? never
      : C extends object
        ? { readonly [K in keyof C]: Draft<C[K]> }
        : never);

/** Returns true when the value was read and can be compared with others. */
export function isValid<T>(value: T): value is Exclude<T, Invalid> {
  return !(value instanceof Invalid);
}

/** Returns the value, or undefined when it was not read. */
export function orUndefined<T>(value: T): Exclude<T, Invalid> | undefined {
  return isValid(value) ? value : undefined;
}
