/** Compiles tsoa's schemas to functions that accept values that are certainly valid. */
import type { TsoaRoute } from '@tsoa/runtime';

/** The result for a value that is not certainly valid. */
export const UNSURE: unique symbol = Symbol('unsure');

/** Returns the value as tsoa would return it, with defaults filled in, or UNSURE. */
export type Accept = (value: unknown) => unknown;

type Schema = TsoaRoute.PropertySchema;

const unsure: Accept = () => UNSURE;

/** Numbers up to this size are written without an exponent and held exactly. */
const MAX_INTEGER = 1e15;

/** Compiles a schema. `models` are the schemas that it may refer to. */
export function compileSchema(schema: Schema, models: TsoaRoute.Models): Accept {
  const accept = compileType(schema, models);
  const { default: standard, required } = schema;
  if (schema.dataType === 'undefined') return unsure;
  const whenMissing = standard === undefined ? (required ? UNSURE : undefined) : accept(standard);
  return (value) => (value === undefined ? whenMissing : accept(value));
}

function compileType(schema: Schema, models: TsoaRoute.Models): Accept {
  const { dataType, ref, enums, array } = schema;
  const validators = readValidators(schema);
  if (!validators) return unsure;
  if (dataType === 'string') return compileString(validators);
  if (dataType === 'integer') return compileInteger(validators);
  if (dataType === 'boolean') return (value) => (typeof value === 'boolean' ? value : UNSURE);
  if (dataType === 'enum' && enums)
    return (value) => (typeof value === 'string' && enums.includes(value) ? value : UNSURE);
  if (dataType === 'array' && array) return compileArray(compileSchema(array, models), validators);
  const model = ref === undefined ? undefined : models[ref];
  if (model?.dataType === 'refAlias') return compileSchema(model.type, models);
  if (model?.dataType === 'refObject' && model.additionalProperties === false)
    return compileObject(model.properties ?? {}, models);
  return unsure;
}

const KNOWN_VALIDATORS = [
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'pattern',
  'isInt',
] as const;

type Limits = Readonly<Partial<Record<(typeof KNOWN_VALIDATORS)[number], unknown>>>;

/** Returns the limits of a schema; undefined when it has any that is not known here. */
function readValidators({ validators = {} }: Schema): Limits | undefined {
  const known: readonly string[] = KNOWN_VALIDATORS;
  const entries = Object.entries(validators).map(([name, { value }]) => [name, value] as const);
  return entries.every(([name]) => known.includes(name)) ? Object.fromEntries(entries) : undefined;
}

function limit(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function compileString({ minLength, maxLength, pattern }: Limits): Accept {
  const [min, max] = [limit(minLength, 0), limit(maxLength, Number.POSITIVE_INFINITY)];
  const expression = typeof pattern === 'string' ? new RegExp(pattern) : undefined;
  return (value) =>
    typeof value === 'string' &&
    value.length >= min &&
    value.length <= max &&
    (expression?.test(value) ?? true)
      ? value
      : UNSURE;
}

function compileInteger({ minimum, maximum }: Limits): Accept {
  const [min, max] = [limit(minimum, -MAX_INTEGER), limit(maximum, MAX_INTEGER)];
  return (value) =>
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= min &&
    value <= max &&
    !Object.is(value, -0)
      ? value
      : UNSURE;
}

function compileArray(accept: Accept, { minItems, maxItems }: Limits): Accept {
  const [min, max] = [limit(minItems, 0), limit(maxItems, Number.POSITIVE_INFINITY)];
  return (value) => {
    if (!Array.isArray(value) || value.length < min || value.length > max) return UNSURE;
    for (const item of value) if (accept(item) === UNSURE) return UNSURE;
    return value;
  };
}

/** Sets the defaults of missing properties, as tsoa does. */
function compileObject(properties: Readonly<Record<string, Schema>>, models: TsoaRoute.Models): Accept {
  const accepts = Object.entries(properties).map(
    ([key, schema]) => [key, compileSchema(schema, models)] as const,
  );
  const known = new Set(Object.keys(properties));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return UNSURE;
    for (const key of Object.keys(value)) if (!known.has(key)) return UNSURE;
    const object = value as Record<string, unknown>;
    for (const [key, accept] of accepts) {
      const given = object[key];
      const accepted = accept(given);
      if (accepted === UNSURE) return UNSURE;
      if (accepted !== given) object[key] = accepted;
    }
    return value;
  };
}
