/** Parsers of items, from zod schemas. */
import type { z } from 'zod';
import type { Item } from './client.js';
import { InvalidAttributesError } from './errors.js';

/** Returns the item as a `T`. Throws, preferably InvalidAttributesError, when it is none. */
export type ItemParser<T> = (item: Item) => T;

/**
 * Creates a parser from a schema. Use `z.looseObject`: attributes that a newer writer added stay.
 *
 * @example
 * const parse = createItemParser(z.looseObject({ sku: z.string(), available: z.int() }));
 */
export function createItemParser<T>(schema: z.ZodType<T>): ItemParser<T> {
  return (item) => {
    const { success, data, error } = schema.safeParse(item);
    if (success) return data;
    throw new InvalidAttributesError(
      error.issues.map(({ path, message }) => ({ attribute: path.join('.'), problem: message })),
    );
  };
}
