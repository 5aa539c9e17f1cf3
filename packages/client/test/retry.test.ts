import { expect, test } from '@jest/globals';
import { OrderConnectionError, toApiError } from '../src/errors.js';
import { readEvents, type ServerSentEvent } from '../src/event-stream.js';
import { decideRetry, parseRetryAfter } from '../src/retry.js';
import { problem } from './scripted-api.js';

const options = { maxRetries: 3, baseDelayMs: 100, maxDelayMs: 1_000 };

test.each([
  ['a lost connection', new OrderConnectionError('x'), 0, 0.5, 50],
  ['the third retry', new OrderConnectionError('x'), 2, 0.5, 200],
  ['exhausted retries', new OrderConnectionError('x'), 3, 0.5, undefined],
  ['a suggestion of the API', toApiError(problem(503), 400), 0, 0.5, 450],
  ['a suggestion near the limit', toApiError(problem(429), 990), 0, 0.99, 1_000],
  ['a suggestion beyond the limit', toApiError(problem(429), 1_001), 0, 0.5, undefined],
  ['a bad request', toApiError(problem(422)), 0, 0.5, undefined],
  ['a conflict', toApiError(problem(409)), 0, 0.5, undefined],
  ['a server error', toApiError(problem(500)), 0, 0, 0],
])('%s', (_, error, retries, random, expected) => {
  expect(decideRetry(error, retries, options, random)).toBe(expected);
});

test.each([
  [null, undefined],
  ['2', 2_000],
  ['Thu, 01 Jan 1970 00:01:00 GMT', 59_000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['soon', undefined],
])('Retry-After %p is %p ms', (value, expected) => {
  expect(parseRetryAfter(value, 1_000)).toBe(expected);
});

test.each([1, 2, 3, 7, 1_000])('events are read in chunks of %i bytes', async (size) => {
  const text = 'retry: 7\n\n: note\n\nid: 1\ndata: a\ndata: ä\n\nevent: status\r\ndata\r\n\r\nid: cut off\n';
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
  const events: ServerSentEvent[] = [];
  for await (const event of readEvents(body)) events.push(event);
  expect(events).toEqual([
    { id: '1', event: 'message', data: 'a\nä', retryMs: 7 },
    { id: undefined, event: 'status', data: '', retryMs: 7 },
  ]);
});
