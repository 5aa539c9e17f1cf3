/** Turns an OpenAPI 3.0 document, which is what tsoa writes, into OpenAPI 3.1. */

// biome-ignore lint/suspicious/noExplicitAny: documents are walked by their names
type Json = any;

/** Keywords whose value is a map of schemas, a list of schemas, or a schema. */
const MAPS = ['properties', 'patternProperties', '$defs'];
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const PARTS = ['items', 'not', 'additionalProperties', 'contentSchema'];

/**
 * Returns the document in OpenAPI 3.1: its schemas are JSON Schema 2020-12, so that `nullable`, boolean exclusive bounds and
 * `example` are gone from them. The license is named by its SPDX id.
 */
export function toOpenApi31(document: Json, license: string): Json {
  const { url: _url, ...rest } = document.info.license;
  return {
    ...convertContent(document),
    openapi: '3.1.1',
    info: { ...document.info, license: { ...rest, identifier: license } },
  };
}

/** Converts every `schema` of a part of the document, and every entry of `schemas`. */
function convertContent(part: Json, key = ''): Json {
  if (key === 'example' || key === 'examples' || typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map((one) => convertContent(one));
  if (key === 'schema' || key === 'x-item-schema') return toJsonSchema(part);
  if (key === 'schemas') return mapValues(part, toJsonSchema);
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, convertContent(value, name)]));
}

/** Returns a Schema Object of OpenAPI 3.0 as JSON Schema 2020-12. */
export function toJsonSchema(schema: Json): Json {
  if (typeof schema !== 'object' || schema === null) return schema;
  const { nullable, example, exclusiveMinimum, exclusiveMaximum, ...rest } = schema;
  const converted: Json = {
    ...rest,
    ...toBound('minimum', 'exclusiveMinimum', schema),
    ...toBound('maximum', 'exclusiveMaximum', schema),
    ...(example !== undefined && { examples: [example] }),
  };
  if (exclusiveMinimum === true) delete converted.minimum;
  if (exclusiveMaximum === true) delete converted.maximum;
  for (const name of MAPS) if (converted[name]) converted[name] = mapValues(converted[name], toJsonSchema);
  for (const name of LISTS) if (converted[name]) converted[name] = converted[name].map(toJsonSchema);
  for (const name of PARTS)
    if (converted[name] !== undefined) converted[name] = toJsonSchema(converted[name]);
  return toPlainReference(nullable ? toNullable(converted) : converted);
}

/** A boolean exclusive bound becomes the bound itself. */
function toBound(inclusive: string, exclusive: string, schema: Json): Json {
  if (schema[exclusive] === true) return { [exclusive]: schema[inclusive] };
  return typeof schema[exclusive] === 'number' ? { [exclusive]: schema[exclusive] } : {};
}

function toNullable(schema: Json): Json {
  if (schema.enum) return { ...schema, type: [schema.type, 'null'], enum: [...schema.enum, null] };
  if (schema.type) return { ...schema, type: [schema.type, 'null'] };
  return { anyOf: [schema, { type: 'null' }] };
}

/** A reference may have siblings now: an `allOf` of one reference is not needed for them. */
function toPlainReference(schema: Json): Json {
  const { allOf, ...rest } = schema;
  return allOf?.length === 1 && allOf[0].$ref ? { $ref: allOf[0].$ref, ...rest } : schema;
}

function mapValues(object: Json, change: (value: Json) => Json): Json {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}
