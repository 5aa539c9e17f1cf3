import { describe, expect, test } from '@jest/globals';
import {
  countsAgainstService,
  decidePauseMs,
  decideRetry,
  type FailureCode,
} from '../../src/rpc/decide/failure.js';

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
  test.each(FINAL)('never repeats %s, which is a response', (code) => {
    expect(decideRetry({ code, answered: true }, 1_000)).toBe('give-up');
    expect(decideRetry({ code, answered: false }, 1_000)).toBe('give-up');
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
    expect(decideRetry({ code, answered: true }, 1_000)).toBe('give-up');
    expect(countsAgainstService({ code, answered: true })).toBe(false);
  });

  test.each(['Internal', 'Canceled'] as const)('takes %s from the connection for a reset stream', (code) => {
    expect(decideRetry({ code, answered: false }, 1_000)).toBe('retry');
    expect(countsAgainstService({ code, answered: false })).toBe(true);
  });

  test.each([0, -1])('stops with %i ms left', (leftMs) => {
    expect(decideRetry({ code: 'Unavailable', answered: false }, leftMs)).toBe('give-up');
  });
});

describe('decidePauseMs', () => {
  const limits = { maxTries: 9, firstPauseMs: 50, maxPauseMs: 300 };

  test.each([
    [1, 50],
    [2, 100],
    [3, 200],
    [4, 300],
  ])('is at most after try %i: %i ms', (tried, ceilingMs) => {
    expect(decidePauseMs(tried, limits, 10_000, 0.999)).toBeCloseTo(ceilingMs * 0.999);
    expect(decidePauseMs(tried, limits, 10_000, 0)).toBe(0);
  });

  test('leaves half of the budget to the try', () => {
    expect(decidePauseMs(4, limits, 100, 0.999)).toBe(50);
  });
});
