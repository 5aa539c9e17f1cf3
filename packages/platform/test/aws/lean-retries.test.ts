/** Tries by a scripted strategy, and targets of calls. */
import { describe, expect, it, test } from '@jest/globals';
import type { RetryErrorInfo } from '@smithy/types';
import { createRetries } from '../../src/aws/lean-retries.js';

/** Strategy that allows so many tries, with a delay before each retry. */
function scripted(tries: number, delayMs = 0, refresh?: () => Promise<never>) {
  const infos: RetryErrorInfo[] = [];
  let successes = 0;
  const token = { getRetryCount: () => infos.length, getRetryDelay: () => delayMs };
  const strategy = {
    acquireInitialRetryToken: async () => token,
    refreshRetryTokenForRetry: async (_: unknown, info: RetryErrorInfo) => {
      infos.push(info);
      if (refresh) return refresh();
      if (infos.length >= tries) throw new Error('no retries are left');
      return token;
    },
    recordSuccess: () => {
      successes += 1;
    },
  };
  const config = { retryStrategy: async () => strategy, maxAttempts: async () => tries };
  return { infos, successes: () => successes, config };
}

const fail = (error: unknown) => async () => {
  throw error;
};

test('runs again until it succeeds, and records the success', async () => {
  const { config, infos, successes } = scripted(3);
  const tries: number[][] = [];
  const result = await createRetries(
    config,
    undefined,
  )(async (attempt, maxAttempts) => {
    tries.push([attempt, maxAttempts]);
    if (attempt < 3) throw Object.assign(new Error('x'), { name: 'ThrottlingException' });
    return 'done';
  });
  expect([result, tries, infos.length, successes()]).toEqual([
    'done',
    [
      [1, 3],
      [2, 3],
      [3, 3],
    ],
    2,
    1,
  ]);
});

describe('classes of errors', () => {
  it.each<[string, object, string]>([
    ['throttling', { name: 'ThrottlingException' }, 'THROTTLING'],
    ['a timeout', { name: 'TimeoutError' }, 'TRANSIENT'],
    ['a server error', { $fault: 'server', $metadata: { httpStatusCode: 501 } }, 'SERVER_ERROR'],
    ['a client error', { $fault: 'client', $metadata: { httpStatusCode: 400 } }, 'CLIENT_ERROR'],
  ])('%s', async (_, fields, errorType) => {
    const { config, infos } = scripted(1);
    const error = Object.assign(new Error('x'), fields);
    await expect(createRetries(config, undefined)(fail(error))).rejects.toBe(error);
    expect(infos).toEqual([{ error, errorType }]);
    expect(error).toMatchObject({ $metadata: { attempts: 1 } });
  });

  it('passes the delay on that the server asks for', async () => {
    const { config, infos } = scripted(1);
    const $response = { statusCode: 503, headers: { 'retry-after': '7' } };
    await expect(
      createRetries(config, undefined)(fail(Object.assign(new Error('x'), { $response }))),
    ).rejects.toThrow('x');
    expect(infos[0]?.retryAfterHint).toBeInstanceOf(Date);
  });

  it.each<[string, unknown, object]>([
    ['an object', { name: 'Odd', code: 7 }, { name: 'Odd', code: 7 }],
    ['a string', 'gone', { message: 'AWS SDK error wrapper for gone' }],
  ])('wraps %s that was thrown', async (_, thrown, fields) => {
    const { config } = scripted(1);
    const failure = createRetries(config, undefined)(fail(thrown));
    await expect(failure).rejects.toThrow(Error);
    await expect(failure).rejects.toMatchObject({ ...fields, $metadata: { attempts: 1 } });
  });
});

describe('an abort', () => {
  const abortError = Object.assign(new Error('stop'), { name: 'AbortError' });

  it.each<[string, unknown, object]>([
    ['its reason', abortError, { message: 'stop' }],
    ['an error of the same kind', new Error('closing'), { name: 'AbortError', message: 'Request aborted' }],
    ['an error for a reason that is none', 'closing', { name: 'AbortError', cause: 'closing' }],
  ])('ends the wait for a retry with %s', async (_, reason, expected) => {
    const controller = new AbortController();
    const { config } = scripted(9, 3_600_000);
    const failure = createRetries(
      config,
      controller.signal,
    )(async (attempt) => {
      if (attempt > 1) throw new Error('a second try');
      queueMicrotask(() => controller.abort(reason));
      throw new Error('x');
    });
    await expect(failure).rejects.toMatchObject(expected);
  });

  it('before the strategy has answered ends the call', async () => {
    const { config } = scripted(9, 0, () => new Promise<never>(() => undefined));
    await expect(createRetries(config, AbortSignal.abort())(fail(new Error('x')))).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('does not hide the error of a call whose retries are used up', async () => {
    const { config } = scripted(1);
    const error = new Error('x');
    await expect(createRetries(config, new AbortController().signal)(fail(error))).rejects.toBe(error);
  });
});
