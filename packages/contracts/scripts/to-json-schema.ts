/** Derives JSON Schemas (2020-12) from protobuf messages whose JSON has snake_case names and integers for 64-bit fields. */
import { type DescField, type DescMessage, getOption, ScalarType } from '@bufbuild/protobuf';
import { getComments } from '@bufbuild/protoplugin';
import { type Constraints, json } from '@order-pipeline/contracts/gen/jsonschema/v1/options_pb';

/** A JSON Schema. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Returns the schema of a message, with those of its parts in `$defs`. A field without presence is always in the JSON, so
 * that it is required, unless it is a list that may be absent. Unknown properties are allowed, since fields may be added.
 *
 * @throws {TypeError} for maps, enums, oneofs and types other than strings, booleans and integers.
 */
export function toJsonSchema(message: DescMessage): JsonSchema {
  const definitions = new Map<string, JsonSchema>();
  const schema = objectOf(message, definitions);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:order-pipeline:schema:${message.typeName}`,
    title: message.name,
    ...schema,
    ...(definitions.size > 0 && { $defs: Object.fromEntries(definitions) }),
  };
}

function objectOf(message: DescMessage, definitions: Map<string, JsonSchema>): JsonSchema {
  const required = message.fields.filter(
    (field) => !field.proto.proto3Optional && !constraintsOf(field).mayBeAbsent,
  );
  return {
    type: 'object',
    description: textOf(getComments(message).leading),
    properties: Object.fromEntries(
      message.fields.map((field) => [
        field.name,
        { description: textOf(getComments(field).leading), ...schemaOf(field, definitions) },
      ]),
    ),
    required: required.map(({ name }) => name),
  };
}

function schemaOf(field: DescField, definitions: Map<string, JsonSchema>): JsonSchema {
  const kind = field.fieldKind === 'list' ? field.listKind : field.fieldKind;
  if (field.oneof || (kind !== 'scalar' && kind !== 'message'))
    throw new TypeError(`${field.parent.typeName}.${field.name} has no JSON Schema: ${kind}`);
  const one = field.message ? referenceTo(field.message, definitions) : scalarOf(field);
  if (field.fieldKind !== 'list') return one;
  const { maxItems } = constraintsOf(field);
  return { type: 'array', items: one, ...(maxItems > 0 && { maxItems }) };
}

function referenceTo(message: DescMessage, definitions: Map<string, JsonSchema>): JsonSchema {
  if (!definitions.has(message.name)) {
    definitions.set(message.name, {});
    definitions.set(message.name, objectOf(message, definitions));
  }
  return { $ref: `#/$defs/${message.name}` };
}

function scalarOf(field: DescField): JsonSchema {
  const { values, format, pattern, maxLength, minimum, maximum } = constraintsOf(field);
  switch (field.scalar) {
    case ScalarType.STRING:
      return {
        type: 'string',
        ...(values.length > 0 && { enum: values }),
        ...(format && { format }),
        ...(pattern && { pattern }),
        ...(maxLength > 0 && { maxLength }),
      };
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.INT32:
      return {
        type: 'integer',
        format: 'int32',
        ...toBounds(minimum ?? -(2n ** 31n), maximum ?? 2n ** 31n - 1n),
      };
    case ScalarType.INT64:
      return {
        type: 'integer',
        format: 'int64',
        ...toBounds(minimum ?? BigInt(Number.MIN_SAFE_INTEGER), maximum ?? BigInt(Number.MAX_SAFE_INTEGER)),
      };
    default:
      throw new TypeError(`${field.parent.typeName}.${field.name} has no JSON Schema`);
  }
}

const toBounds = (minimum: bigint, maximum: bigint) => ({
  minimum: Number(minimum),
  maximum: Number(maximum),
});

function constraintsOf(field: DescField): Constraints {
  return getOption(field, json);
}

/** A comment as one line of text. */
const textOf = (comment: string | undefined) => comment?.trim().replace(/\s*\n\s*/g, ' ') ?? '';
