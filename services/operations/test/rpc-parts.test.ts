/** The parts of the operators' API that need no system. */
import { Code } from '@connectrpc/connect';
import { describe, expect, test } from '@jest/globals';
import { StoreUnavailableError } from '@order-pipeline/platform/dynamo/errors';
import { fieldViolationsOf } from '@order-pipeline/platform/rpc/validation';
import { CommandError, EXIT } from '../src/operator/exit.js';
import { toRpcError, translated } from '../src/rpc/errors.js';
import { decodePageToken, encodePageToken, Fields, toMs, toTimestamp } from '../src/rpc/fields.js';
import { Progress } from '../src/rpc/progress.js';

/** Returns what was read and the fields that are wrong. */
function check<T>(read: (fields: Fields) => T): [T, string[]] {
  const fields = new Fields();
  const value = read(fields);
  try {
    fields.done();
    return [value, []];
  } catch (error) {
    return [value, fieldViolationsOf(error).map(({ field, description }) => `${field} ${description}`)];
  }
}

describe('fields', () => {
  test.each<[string, (fields: Fields) => unknown, unknown, string[]]>([
    ['an id', (fields) => fields.id('id', 'o-1'), 'o-1', []],
    ['no id', (fields) => fields.id('id', ''), '', ['id must have 1 to 256 characters']],
    [
      'a long id',
      (fields) => fields.id('id', 'x'.repeat(257)).length,
      257,
      ['id must have 1 to 256 characters'],
    ],
    ['a reason', (fields) => fields.reason('reason', ' lost '), 'lost', []],
    ['no reason', (fields) => fields.reason('reason', '  '), '', ['reason must have 1 to 500 characters']],
    [
      'a long reason',
      (fields) => fields.reason('reason', 'x'.repeat(501)).length,
      501,
      ['reason must have 1 to 500 characters'],
    ],
    ['no number', (fields) => fields.number('n', 0, 50, 1, 9), 50, []],
    ['the largest number', (fields) => fields.number('n', 9, 50, 1, 9), 9, []],
    ['a larger number', (fields) => fields.number('n', 10, 50, 1, 9), 10, ['n must be from 1 to 9']],
    ['a smaller number', (fields) => fields.number('n', -1, 50, 1, 9), -1, ['n must be from 1 to 9']],
    [
      'what is no number',
      (fields) => fields.number('n', Number.NaN, 50, 1, 9),
      NaN,
      ['n must be from 1 to 9'],
    ],
    ['0 seconds', (fields) => fields.seconds('s', 0, 60), 0, []],
    ['too few seconds', (fields) => fields.seconds('s', -1, 60), -1, ['s must be from 0 to 60']],
    ['too many seconds', (fields) => fields.seconds('s', 61, 60), 61, ['s must be from 0 to 60']],
    ['an amount', (fields) => fields.amount('a', 5n), 5, []],
    ['an amount below 0', (fields) => fields.amount('a', -1n), -1, ['a must be a whole number of 0 or more']],
    [
      'an amount that no number holds',
      (fields) => fields.amount('a', 2n ** 60n),
      2 ** 60,
      ['a must be a whole number of 0 or more'],
    ],
    [
      'more than one problem',
      (fields) => [fields.id('id', ''), fields.violate('text', 'is odd')],
      ['', undefined],
      ['id must have 1 to 256 characters', 'text is odd'],
    ],
  ])('%s', (_name, read, value, violations) => {
    expect(check(read)).toEqual([value, violations]);
  });

  test.each([[1_767_225_600_123], [0], [undefined]])('reads back the time %s', (ms) => {
    expect(toMs(toTimestamp(ms))).toBe(ms);
  });

  test('an unknown time is left out', () => {
    expect(toTimestamp(Date.parse('never'))).toBeUndefined();
  });

  test.each([[{ kind: 'recent', after: { order_id: 'ö' } }], [undefined], [null]])(
    'reads back the page token of %j',
    (token) => {
      expect(decodePageToken(encodePageToken(token))).toEqual(token);
    },
  );

  test('no page has no token, and a text that is none holds nothing', () => {
    expect([encodePageToken(undefined), decodePageToken(''), decodePageToken('%%%')]).toEqual([
      '',
      undefined,
      undefined,
    ]);
  });
});

describe('progress', () => {
  test('a reader gets the first state, what came last, and the end', async () => {
    const progress = new Progress(0);
    const read = progress[Symbol.asyncIterator]();
    expect(await read.next()).toEqual({ done: false, value: 0 });
    const next = read.next();
    progress.set(1);
    progress.set(2);
    expect(await next).toEqual({ done: false, value: 2 });
    progress.set(3);
    progress.end();
    expect(await read.next()).toEqual({ done: false, value: 3 });
    expect(await read.next()).toEqual({ done: true, value: undefined });
  });

  test.each<[string, (progress: Progress<number>) => void, number[]]>([
    ['changes', (progress) => progress.set(1), [0, 1]],
    ['ends', (progress) => progress.end(), [0]],
  ])('a reader that waits wakes when the work %s', async (_name, act, expected) => {
    const paused = Promise.withResolvers<void>();
    const progress = new Progress(0, () => Promise.resolve(paused.resolve()));
    const states: number[] = [];
    const reading = (async () => {
      for await (const state of progress) {
        states.push(state);
        if (state === 1) progress.end();
      }
    })();
    // After the interval, in the next turn of the event loop, the reader waits for the next state.
    await paused.promise;
    await new Promise((resolve) => setImmediate(resolve));
    act(progress);
    await reading;
    expect(states).toEqual(expected);
  });

  test('work that has ended shows its last state at once', async () => {
    const progress = new Progress('done');
    progress.end();
    const states: string[] = [];
    for await (const state of progress) states.push(state);
    expect(states).toEqual(['done']);
  });
});

describe('errors', () => {
  const told = new CommandError(EXIT.notFound, 'no order o-1');
  test.each<[string, unknown, Code, string]>([
    ['of a command', told, Code.NotFound, 'no order o-1'],
    ['of settings', new CommandError(EXIT.config, 'wrong'), Code.Unavailable, 'wrong'],
    ['of the store', new StoreUnavailableError('away'), Code.Unavailable, 'DynamoDB cannot be reached'],
  ])('%s have their code', async (_name, error, code, rawMessage) => {
    await expect(translated(() => Promise.reject(error))).rejects.toMatchObject({ code, rawMessage });
  });

  test('what is not foreseen stays as it is', async () => {
    const error = new TypeError('a mistake');
    expect(toRpcError(error)).toBe(error);
    expect(await translated(async () => 'done')).toBe('done');
  });
});
