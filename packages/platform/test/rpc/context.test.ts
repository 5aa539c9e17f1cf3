import { Code } from '@connectrpc/connect';
import { expect, test } from '@jest/globals';
import { codeLabel, failureCode } from '../../src/rpc/codes.js';
import { callerOf, toCallHeaders } from '../../src/rpc/context.js';

test('names codes for metrics and for the retry table', () => {
  expect(codeLabel(undefined)).toBe('ok');
  expect(codeLabel(Code.DeadlineExceeded)).toBe('deadline_exceeded');
  expect(codeLabel(99 as Code)).toBe('unknown');
  expect(failureCode(Code.NotFound)).toBe('NotFound');
  expect(failureCode(99 as Code)).toBe('Unknown');
});

test('passes on who called', () => {
  const headers = toCallHeaders({ requestId: 'r1', traceparent: '00-a-b-01' });
  expect(headers).toEqual({ 'x-request-id': 'r1', traceparent: '00-a-b-01' });
  expect(callerOf({ requestHeader: new Headers(headers) })).toEqual({
    requestId: 'r1',
    traceparent: '00-a-b-01',
  });
  expect(toCallHeaders({})).toEqual({});
  expect(callerOf({ requestHeader: new Headers() })).toEqual({
    requestId: undefined,
    traceparent: undefined,
  });
});
