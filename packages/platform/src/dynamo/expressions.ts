/** DynamoDB expressions: names for attributes, and conditions built from named parts. */

/** Joins conditions so that one of them is enough. */
export function anyOf(...conditions: readonly string[]): string {
  return conditions.map((condition) => `(${condition})`).join(' OR ');
}

/** Joins conditions so that all of them must hold. */
export function allOf(...conditions: readonly string[]): string {
  return conditions.map((condition) => `(${condition})`).join(' AND ');
}

/**
 * Returns the names of an expression: every `#name` refers to the attribute `name` unless `given` overrides it, so that
 * reserved words do no harm.
 */
export function namesIn(
  expression: string,
  given: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> | undefined {
  const aliases = [...new Set(expression.match(/#\w+/g))];
  if (aliases.length === 0) return undefined;
  return Object.fromEntries(aliases.map((alias) => [alias, given[alias] ?? alias.slice(1)]));
}

/** Bounds of a range key, both included. */
export interface RangeKey {
  readonly name: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Returns the part of a key condition that bounds the range key, to be put after that of the hash key. Pure. */
export function toRangeCondition({ name, from, to }: RangeKey = { name: '' }): {
  condition: string;
  names: Readonly<Record<string, string>>;
  values: Readonly<Record<string, string>>;
} {
  if (from === undefined && to === undefined) return { condition: '', names: {}, values: {} };
  const bounds =
    from === undefined
      ? '<= :range_to'
      : to === undefined
        ? '>= :range_from'
        : 'BETWEEN :range_from AND :range_to';
  return {
    condition: ` AND #range_key ${bounds}`,
    names: { '#range_key': name },
    values: {
      ...(from !== undefined && { ':range_from': from }),
      ...(to !== undefined && { ':range_to': to }),
    },
  };
}
