/** Violations of a schema in plain words, from tsoa's own validator. */
import { expect, test } from '@jest/globals';
import { type TsoaRoute, ValidationService } from '@tsoa/runtime';
import { describeViolation } from '../src/http/describe-violation.js';

const service = new ValidationService({}, { noImplicitAdditionalProperties: 'ignore', bodyCoercion: false });
const enumOf = (...enums: string[]) => ({ dataType: 'enum' as const, enums });
const unionOf = (...subSchemas: TsoaRoute.PropertySchema[]) => ({ dataType: 'union' as const, subSchemas });

test.each<[string, TsoaRoute.PropertySchema, unknown, string]>([
  ['a union of words', unionOf(enumOf('A'), enumOf('B')), 'FOO', 'must be one of A, B'],
  [
    'a union in a union',
    unionOf(unionOf(enumOf('A'), enumOf('B')), enumOf('C')),
    "'",
    'must be one of A, B, C',
  ],
  ['one word', enumOf('A'), 'FOO', 'must be A'],
  [
    'a union of a word and a number',
    unionOf(enumOf('A'), { dataType: 'integer', validators: { minimum: { value: 1 } } }),
    0,
    'must be A, or must be at least 1',
  ],
  ['a minimum', { dataType: 'integer', validators: { minimum: { value: 1 } } }, 0, 'must be at least 1'],
  ['a maximum', { dataType: 'integer', validators: { maximum: { value: 9 } } }, 10, 'must be at most 9'],
  [
    'a length',
    { dataType: 'string', validators: { minLength: { value: 1 } } },
    '',
    'must have a length of at least 1',
  ],
  ['a pattern', { dataType: 'string', validators: { pattern: { value: '^a$' } } }, 'b', 'must match ^a$'],
  ['another message', { dataType: 'integer' }, 'x', 'invalid integer number'],
])('%s', (_, schema, value, expected) => {
  const errors: Record<string, { message: string }> = {};
  service.ValidateParam(schema, value, 'field', errors, true, 'body.');
  expect(Object.values(errors).map(({ message }) => describeViolation(message))).toEqual([expected]);
});
