import { describe, expect, test } from '@jest/globals';
import { ExpressTemplateService, type TsoaRoute, ValidateError } from '@tsoa/runtime';
import type { Request, Response } from 'express';
import fc from 'fast-check';
import { compileSchema, UNSURE } from '../src/http/compile-schema.js';
import { QuickTemplateService } from '../src/http/quick-validation.js';

const MODELS: TsoaRoute.Models = {
  Line: {
    dataType: 'refObject',
    properties: {
      sku: { dataType: 'string', required: true, validators: { pattern: { value: '^[A-Z-]{1,8}$' } } },
      quantity: {
        dataType: 'integer',
        required: true,
        validators: { minimum: { value: 1 }, maximum: { value: 99 } },
      },
    },
    additionalProperties: false,
  },
  Currency: { dataType: 'refAlias', type: { dataType: 'enum', enums: ['USD', 'JPY'] } },
  Order: {
    dataType: 'refObject',
    properties: {
      user_id: {
        dataType: 'string',
        required: true,
        validators: { maxLength: { value: 4 }, minLength: { value: 1 } },
      },
      amount: { dataType: 'integer', required: true, validators: { isInt: { errorMsg: 'whole' } } },
      currency: { ref: 'Currency', default: 'USD' },
      gift: { dataType: 'boolean' },
      items: { dataType: 'array', array: { ref: 'Line' }, validators: { maxItems: { value: 2 } } },
      note: { dataType: 'union', subSchemas: [{ dataType: 'string' }, { dataType: 'integer' }] },
    },
    additionalProperties: false,
  },
};
const ARGS: Record<string, TsoaRoute.ParameterSchema> = {
  request: { in: 'request', name: 'request', required: true, dataType: 'object' },
  body: { in: 'body', name: 'body', required: true, ref: 'Order' },
  key: { in: 'header', name: 'Idempotency-Key', dataType: 'string', validators: { maxLength: { value: 5 } } },
  limit: { in: 'query', name: 'limit', dataType: 'integer', default: 20 },
  cursor: { in: 'query', name: 'cursor', dataType: 'string' },
};
const CONFIG = { noImplicitAdditionalProperties: 'throw-on-extras', bodyCoercion: false } as const;

type Service = Pick<ExpressTemplateService, 'getValidatedArgs'>;

function validate(service: Service, body: unknown, key: string | undefined, query: object) {
  const request = { body: structuredClone(body), query, header: () => key } as unknown as Request;
  try {
    const [first, ...values] = service.getValidatedArgs({ args: ARGS, request, response: {} as Response });
    expect(first).toBe(request);
    return { values };
  } catch (error) {
    if (!(error instanceof ValidateError)) throw error;
    return { fields: error.fields };
  }
}

const anything = fc.oneof(
  fc.constantFrom(null, true, 0, -0, 1.5, 1e21, '', '7', 'USD', 'ABCDE', 'true'),
  fc.integer(),
  fc.string(),
  fc.array(fc.integer(), { maxLength: 2 }),
  fc.object({ maxDepth: 1, maxKeys: 2 }),
);
const mostly = <T>(usual: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 8, arbitrary: usual }, { weight: 1, arbitrary: anything });
const line = fc.record({
  sku: mostly(fc.constantFrom('MUG', 'T-S')),
  quantity: mostly(fc.integer({ min: 1, max: 99 })),
});
const body = mostly(
  fc
    .record(
      {
        user_id: mostly(fc.constantFrom('u1', 'u234')),
        amount: mostly(fc.integer({ min: 1, max: 1_000 })),
        currency: mostly(fc.constantFrom('USD', 'JPY')),
        gift: mostly(fc.boolean()),
        items: mostly(fc.array(mostly(line), { maxLength: 3 })),
        note: fc.constantFrom('text', 7),
        extra: anything,
      },
      { requiredKeys: ['user_id', 'amount'] },
    )
    .chain((order) =>
      fc.constantFrom(order, order).map(({ extra, ...rest }) => (extra === 0 ? order : rest)),
    ),
);
const query = fc.record(
  { limit: fc.constantFrom('5', 'x', '-0'), cursor: fc.constantFrom('abc', '') },
  { requiredKeys: [] },
);

test('returns and rejects exactly what tsoa returns and rejects', () => {
  const [quick, usual] = [
    new QuickTemplateService(MODELS, CONFIG),
    new ExpressTemplateService(MODELS, CONFIG),
  ];
  const key = fc.option(fc.constantFrom('k', 'too-long'), { nil: undefined });
  fc.assert(
    fc.property(body, key, query, (order, own, asked) => {
      expect(validate(quick, order, own, asked)).toEqual(validate(usual, order, own, asked));
    }),
    { numRuns: 2_000 },
  );
});

describe('a compiled schema', () => {
  const accept = compileSchema({ ref: 'Order' }, MODELS);

  test('fills defaults in', () => {
    expect(accept({ user_id: 'u1', amount: 5 })).toEqual({ user_id: 'u1', amount: 5, currency: 'USD' });
  });

  test.each<[string, unknown]>([
    ['an excess property', { user_id: 'u1', amount: 5, extra: 1 }],
    ['a property of every object', JSON.parse('{"user_id":"u1","amount":5,"__proto__":{}}')],
    ['a missing property', { user_id: 'u1' }],
    ['a text for a number', { user_id: 'u1', amount: '5' }],
    ['a union', { user_id: 'u1', amount: 5, note: 'text' }],
    ['null', null],
    ['a list', []],
  ])('leaves %s to tsoa', (_, value) => expect(accept(value)).toBe(UNSURE));

  test('leaves validators that it does not know to tsoa', () => {
    const schema = { dataType: 'string', validators: { isString: { errorMsg: 'x' } } } as const;
    expect(compileSchema(schema as TsoaRoute.PropertySchema, MODELS)('x')).toBe(UNSURE);
  });
});
