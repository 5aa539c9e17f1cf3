import { expect, test } from '@jest/globals';
import { z } from 'zod';
import type { DynamoClient, GetRequest } from '../../src/dynamo/client.js';
import { InvalidAttributesError, MalformedItemError } from '../../src/dynamo/errors.js';
import { allOf, anyOf, namesIn } from '../../src/dynamo/expressions.js';
import { createItemParser } from '../../src/dynamo/parse.js';
import { isRetryable } from '../../src/dynamo/retryable.js';
import { translateErrors } from '../../src/dynamo/translate-errors.js';

test.each([
  ['throttled', { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } }, true],
  ['over its limit', { name: 'RequestLimitExceeded', $metadata: { httpStatusCode: 400 } }, true],
  ['a server error', { name: 'Whatever', $metadata: { httpStatusCode: 503 } }, true],
  ['without an answer', { name: 'TimeoutError', $metadata: {} }, true],
  ['refused', { name: 'ValidationException', $metadata: { httpStatusCode: 400 } }, false],
  ['a bug', new TypeError('x is undefined'), false],
])('a call that is %s', (_, error, retryable) => {
  expect(isRetryable(error)).toBe(retryable);
});

test('conditions keep their meaning when they are joined', () => {
  expect(allOf('#a = :a OR #b = :b', '#c = :c')).toBe('(#a = :a OR #b = :b) AND (#c = :c)');
  expect(anyOf('#a = :a AND #b = :b', '#c = :c')).toBe('(#a = :a AND #b = :b) OR (#c = :c)');
});

test('a name refers to itself by default', () => {
  expect(namesIn('SET #status = :s, holds.#order = :h', { '#order': 'o-1' })).toEqual({
    '#status': 'status',
    '#order': 'o-1',
  });
  expect(namesIn('available = :n')).toBeUndefined();
});

test('a parser reports every wrong attribute by its path, without its value', () => {
  const parse = createItemParser(
    z.looseObject({ holds: z.record(z.string(), z.object({ at: z.number() })), token: z.string() }),
  );
  expect(parse({ holds: {}, token: 't', more: 1 })).toEqual({ holds: {}, token: 't', more: 1 });
  let thrown: unknown;
  try {
    parse({ holds: { o1: { at: 'secret' } } });
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(InvalidAttributesError);
  const { problems, message } = thrown as InvalidAttributesError;
  expect(problems.map(({ attribute }) => attribute)).toEqual(['holds.o1.at', 'token']);
  expect(message).not.toContain('secret');
});

test('a parser that throws something else is reported, too', () => {
  expect(new MalformedItemError('orders', 'o-1', new Error('no'))).toMatchObject({
    message: 'Table orders, item o-1: no',
    problems: [],
  });
  expect(new MalformedItemError('orders', 'o-1', 'odd').message).toBe('Table orders, item o-1: odd');
});

test('a client whose errors are translated is otherwise the same client', async () => {
  class Client implements Pick<DynamoClient, 'get' | 'destroy'> {
    destroyed = false;
    async get({ Key }: GetRequest) {
      if (Key.id === 'bad') throw new Error('raw');
      return { Item: { ...Key, self: this instanceof Client } };
    }
    destroy() {
      this.destroyed = true;
    }
  }
  const inner = new Client() as Client & DynamoClient;
  const client = translateErrors(inner, (error) => new Error(`told: ${(error as Error).message}`));
  expect(await client.get({ TableName: 't', Key: { id: 'good' } })).toEqual({
    Item: { id: 'good', self: true },
  });
  await expect(client.get({ TableName: 't', Key: { id: 'bad' } })).rejects.toThrow('told: raw');
  client.destroy();
  expect(inner.destroyed).toBe(true);
});
