/** The document is OpenAPI 3.1, and what tsoa writes for 3.0 is translated. */
import { describe, expect, test } from '@jest/globals';
import { toJsonSchema, toOpenApi31 } from '../scripts/to-openapi-31.js';
import { loadOpenApi } from '../src/docs/router.js';

test('the document is OpenAPI 3.1 without keywords that only 3.0 has', () => {
  const document = loadOpenApi();
  expect(document.openapi).toBe('3.1.1');
  expect(document.info).toMatchObject({ license: { name: 'MIT', identifier: 'MIT' } });
  const text = JSON.stringify(document);
  expect(text).not.toContain('"nullable"');
  expect(text).not.toMatch(/"exclusive(Min|Max)imum":(true|false)/);
});

describe('a schema of 3.0', () => {
  const $ref = '#/components/schemas/A';
  test.each<[string, object, object]>([
    ['nullable', { type: 'string', nullable: true }, { type: ['string', 'null'] }],
    ['nullable, false', { type: 'string', nullable: false }, { type: 'string' }],
    [
      'nullable enum',
      { type: 'string', enum: ['a'], nullable: true },
      { type: ['string', 'null'], enum: ['a', null] },
    ],
    ['nullable reference', { $ref, nullable: true }, { anyOf: [{ $ref }, { type: 'null' }] }],
    [
      'exclusive bounds',
      { minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: true },
      { exclusiveMinimum: 1, exclusiveMaximum: 9 },
    ],
    [
      'inclusive bounds',
      { minimum: 1, exclusiveMinimum: false, maximum: 9, exclusiveMaximum: false },
      { minimum: 1, maximum: 9 },
    ],
    ['bounds that are numbers already', { exclusiveMinimum: 1 }, { exclusiveMinimum: 1 }],
    ['example', { type: 'string', example: 'a' }, { type: 'string', examples: ['a'] }],
    ['described reference', { allOf: [{ $ref }], description: 'b' }, { $ref, description: 'b' }],
    ['several references', { allOf: [{ $ref }, { $ref }] }, { allOf: [{ $ref }, { $ref }] }],
    [
      'nested schemas',
      { properties: { example: { items: { example: 1 } } }, additionalProperties: false },
      { properties: { example: { items: { examples: [1] } } }, additionalProperties: false },
    ],
  ])('%s', (_, schema, expected) => {
    expect(toJsonSchema(schema)).toEqual(expected);
  });
});

test('examples of media types and parameters stay as they are', () => {
  const content = { 'application/json': { schema: { example: 1 }, example: { schema: { example: 1 } } } };
  const document = {
    openapi: '3.0.0',
    info: { license: { name: 'MIT', url: 'https://mit' } },
    paths: { '/': { get: { content } } },
  };
  expect(toOpenApi31(document, 'MIT').paths['/'].get.content).toEqual({
    'application/json': { schema: { examples: [1] }, example: { schema: { example: 1 } } },
  });
});
