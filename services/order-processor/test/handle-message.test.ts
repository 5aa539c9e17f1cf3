import { Code, ConnectError } from '@connectrpc/connect';
import { expect, test } from '@jest/globals';
import { errorName } from '../src/handle-message.js';

test.each([
  ['a gRPC status', new ConnectError('away', Code.DeadlineExceeded), 'deadline_exceeded'],
  ['a gRPC status of one word', new ConnectError('away', Code.Unavailable), 'unavailable'],
  ['a system error', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  ['an error with a number for a code', Object.assign(new RangeError('x'), { code: 7 }), 'RangeError'],
  ['an error', new TypeError('x'), 'TypeError'],
  ['no error at all', 'oops', 'string'],
])('%s', (_, error, name) => {
  expect(errorName(error)).toBe(name);
});
