/** Description of a resource type in the stand-in for the AWS provider. */
import type { Cloud, Values } from '../cloud.ts';

/** A resource as the emulator keeps it. */
export interface Stored {
  readonly id: string;
  /** Computed outputs, in addition to the inputs. */
  readonly computed: Values;
}

/** One type of resource. */
export interface Spec {
  /** Outputs that are known only after creation; `arn` and such. */
  readonly computed?: readonly string[];
  /** Inputs whose change needs another resource. */
  readonly replace?: readonly string[];
  /** Names that AWS must not hold twice: the old resource is deleted first. */
  readonly deleteFirst?: boolean;
  create(cloud: Cloud, inputs: Values, name: string): Promise<Stored>;
  /** Updates the resource in place; without it, a change replaces the resource. */
  update?(cloud: Cloud, id: string, inputs: Values, state: Values, name: string): Promise<Values>;
  /** Returns the inputs that differ in AWS from `state`, or `undefined` when the resource does not exist. */
  read(cloud: Cloud, id: string, state: Values): Promise<Values | undefined>;
  delete(cloud: Cloud, id: string, state: Values): Promise<void>;
}

/** Types by their token without the package, such as `sqs/queue:Queue`. */
export type Specs = Readonly<Record<string, Spec>>;

/** Returns a name that AWS does not hold yet, where the program leaves it to the provider. */
export function physicalName(inputs: Values, name: string, most = 32): string {
  if (typeof inputs.name === 'string') return inputs.name;
  const suffix = Math.random().toString(16).slice(2, 9).padEnd(7, '0');
  return `${name.slice(0, most - 8)}-${suffix}`;
}

/** Keeps the entries of an object that have a value. */
export function defined(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Rewrites keys from `camelCase` to `PascalCase`, in depth: most of the provider's inputs are the API's by another case. */
export function toPascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toPascal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined && item !== null)
      .map(([key, item]) => [key.charAt(0).toUpperCase() + key.slice(1), toPascal(item)]),
  );
}

/** The same object with other keys, where the API's names differ from the provider's. */
export function renamed(values: unknown, names: Readonly<Record<string, string>>): Values {
  return Object.fromEntries(
    Object.entries((values ?? {}) as Values).map(([key, value]) => [names[key] ?? key, value]),
  );
}
