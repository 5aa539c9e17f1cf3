import { Code, ConnectError } from '@connectrpc/connect';
import { expect, test } from '@jest/globals';
import { FieldViolations, fieldViolationsOf } from '../../src/rpc/validation.js';

function thrownBy(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('says nothing of a request without problems', () => {
  expect(thrownBy(() => new FieldViolations().throwIfAny())).toBeUndefined();
});

test('names every bad field in the message and in the detail', () => {
  const violations = new FieldViolations();
  violations.add('order_id', 'must be a UUID');
  violations.add('lines[1].quantity', 'must be at least 1');
  const error = thrownBy(() => violations.throwIfAny());
  expect(error).toBeInstanceOf(ConnectError);
  expect(error).toMatchObject({
    code: Code.InvalidArgument,
    rawMessage: 'order_id must be a UUID; lines[1].quantity must be at least 1',
  });
  expect(fieldViolationsOf(error)).toMatchObject([
    { field: 'order_id', description: 'must be a UUID' },
    { field: 'lines[1].quantity', description: 'must be at least 1' },
  ]);
});

test('finds no violations in other errors', () => {
  expect(fieldViolationsOf(new Error('other'))).toEqual([]);
  expect(fieldViolationsOf(new ConnectError('other', Code.NotFound))).toEqual([]);
});
