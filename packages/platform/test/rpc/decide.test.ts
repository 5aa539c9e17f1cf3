import { describe, expect, test } from '@jest/globals';
import {
  countsAgainstService,
  decideOpen,
  decideRetry,
  extendStreak,
  type FailureCode,
} from '../../src/rpc/decide.js';

const FINAL: readonly FailureCode[] = [
  'Unknown',
  'InvalidArgument',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'FailedPrecondition',
  'OutOfRange',
  'Unimplemented',
  'DataLoss',
  'Unauthenticated',
];

describe('decideRetry', () => {
  test.each(FINAL)('never repeats %s, which is an answer', (code) => {
    expect(decideRetry({ code, answered: true }, 1_000)).toBe('give up');
    expect(decideRetry({ code, answered: false }, 1_000)).toBe('give up');
    expect(countsAgainstService({ code, answered: true })).toBe(false);
  });

  test.each(['Unavailable', 'DeadlineExceeded', 'ResourceExhausted'] as const)(
    'repeats %s and counts it against the service',
    (code) => {
      expect(decideRetry({ code, answered: true }, 1)).toBe('retry');
      expect(countsAgainstService({ code, answered: true })).toBe(true);
    },
  );

  test('repeats a conflict without blaming the service', () => {
    expect(decideRetry({ code: 'Aborted', answered: true }, 1)).toBe('retry');
    expect(countsAgainstService({ code: 'Aborted', answered: true })).toBe(false);
  });

  test.each(['Internal', 'Canceled'] as const)('takes %s from the service for final', (code) => {
    expect(decideRetry({ code, answered: true }, 1_000)).toBe('give up');
    expect(countsAgainstService({ code, answered: true })).toBe(false);
  });

  test.each(['Internal', 'Canceled'] as const)('takes %s from the connection for a reset stream', (code) => {
    expect(decideRetry({ code, answered: false }, 1_000)).toBe('retry');
    expect(countsAgainstService({ code, answered: false })).toBe(true);
  });

  test.each([0, -1])('gives up with %i ms left', (leftMs) => {
    expect(decideRetry({ code: 'Unavailable', answered: false }, leftMs)).toBe('give up');
  });
});

describe('decideOpen', () => {
  const limits = { minFailures: 3, minDurationMs: 500 };

  test('counts a run from its first failure', () => {
    const first = extendStreak(undefined, 1_000);
    expect(first).toEqual({ failures: 1, sinceMs: 1_000 });
    expect(extendStreak(first, 1_400)).toEqual({ failures: 2, sinceMs: 1_000 });
  });

  test.each([
    [3, 500, true],
    [50, 499, false],
    [2, 10_000, false],
    [4, 501, true],
  ])('after %i failures in %i ms: %p', (failures, durationMs, open) => {
    expect(decideOpen({ failures, sinceMs: 1_000 }, limits, 1_000 + durationMs)).toBe(open);
  });
});
