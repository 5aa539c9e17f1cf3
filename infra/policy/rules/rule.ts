/** Input and result of a policy rule. */

/** A resource as it is about to be created. */
export interface Inspected {
  readonly urn: string;
  /** Type token, such as `aws:sqs/queue:Queue`. */
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** True when Pulumi refuses to delete the resource. */
  readonly protect: boolean;
}

/** One rule. */
export interface Rule {
  readonly name: string;
  readonly description: string;
  /** Returns the violations of a resource; none for types that the rule does not know. */
  readonly check: (resource: Inspected) => string[];
}

/** Checks of one rule, by type of resource. */
export type Checks = Readonly<Record<string, (resource: Inspected) => string[]>>;

/** A rule that has a check for some types. */
export function createRule(name: string, description: string, checks: Checks): Rule {
  return { name, description, check: (resource) => checks[resource.type]?.(resource) ?? [] };
}

/** A violation unless the condition holds. */
export function demand(condition: unknown, violation: string): string[] {
  return condition ? [] : [violation];
}

/** Returns true when a resource belongs to a production stack: `prod`, or one whose name begins so. */
export function isProduction({ urn }: Inspected): boolean {
  return urn.startsWith('urn:pulumi:prod');
}

/** A property that is a list, also where it is absent. */
export function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
