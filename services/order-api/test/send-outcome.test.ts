import { describe, expect, test } from '@jest/globals';
import {
  type SendOutcome,
  shouldSendAgain,
  toCallOutcome,
  toEntryOutcome,
  toPauseMs,
} from '../src/orders/decide/send-outcome.js';

const failure = (fields: object) => Object.assign(new Error('x'), fields);
const answered = (httpStatusCode: number) => failure({ $metadata: { httpStatusCode } });

describe('the outcome of a call that threw', () => {
  test.each<[string, unknown, SendOutcome]>([
    ['nobody listens', failure({ code: 'ECONNREFUSED', syscall: 'connect' }), 'not-now'],
    ['the name is unknown', failure({ code: 'ENOTFOUND', syscall: 'getaddrinfo' }), 'not-now'],
    ['the connection was never made', failure({ code: 'ETIMEDOUT', syscall: 'connect' }), 'not-now'],
    ['there are no credentials', failure({ name: 'CredentialsProviderError' }), 'not-now'],
    ['throttled', answered(400), 'not-now'],
    ['forbidden', answered(403), 'not-now'],
    ['too many requests', answered(429), 'not-now'],
    ['request timeout', answered(408), 'unknown'],
    ['internal error', answered(500), 'unknown'],
    ['unavailable', answered(503), 'unknown'],
    ['connection reset', failure({ code: 'ECONNRESET', syscall: 'read' }), 'unknown'],
    ['broken pipe', failure({ code: 'EPIPE', syscall: 'write' }), 'unknown'],
    ['no answer in time', failure({ name: 'TimeoutError' }), 'unknown'],
    ['an unreadable answer', answered(200), 'unknown'],
    ['no error at all', undefined, 'unknown'],
  ])('%s', (_, error, outcome) => {
    expect(toCallOutcome(error)).toBe(outcome);
  });
});

describe('the outcome of an entry that was not taken', () => {
  test.each<[string, Parameters<typeof toEntryOutcome>[0], SendOutcome]>([
    ['the answer does not name it', undefined, 'unknown'],
    ['the message is at fault', { SenderFault: true, Code: 'InvalidMessageContents' }, 'refused'],
    ['throttled', { SenderFault: false, Code: 'ThrottlingException' }, 'not-now'],
    ['SQS is at fault', { SenderFault: false, Code: 'InternalError' }, 'unknown'],
    ['no code', {}, 'unknown'],
  ])('%s', (_, entry, outcome) => {
    expect(toEntryOutcome(entry)).toBe(outcome);
  });
});

describe('sending again', () => {
  const progress = { maybeTaken: false, tries: 1, leftMs: 1_000 };
  test.each<[string, SendOutcome, object, boolean]>([
    ['once after a refusal that may pass', 'not-now', {}, true],
    ['not twice', 'not-now', { tries: 2 }, false],
    ['as long as there is time once the order may be taken', 'not-now', { tries: 9, maybeTaken: true }, true],
    ['after an unknown outcome', 'unknown', { tries: 9, maybeTaken: true }, true],
    ['never after a refusal for good', 'refused', { maybeTaken: true }, false],
    ['not when time is up', 'unknown', { maybeTaken: true, leftMs: 40 }, false],
  ])('%s', (_, outcome, changes, again) => {
    expect(shouldSendAgain(outcome, { ...progress, ...changes })).toBe(again);
  });

  test('pauses grow and are bounded', () => {
    expect([1, 2, 3, 20].map((tries) => toPauseMs(tries, 1))).toEqual([100, 200, 400, 1_000]);
    expect(toPauseMs(3, 0)).toBe(0);
  });
});
