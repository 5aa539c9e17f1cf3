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
 * Returns the names of an expression: every `#name` stands for the attribute `name` unless `given` says otherwise, so
 * that no reserved word gets in the way.
 */
export function namesIn(
  expression: string,
  given: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> | undefined {
  const aliases = [...new Set(expression.match(/#\w+/g))];
  if (aliases.length === 0) return undefined;
  return Object.fromEntries(aliases.map((alias) => [alias, given[alias] ?? alias.slice(1)]));
}
