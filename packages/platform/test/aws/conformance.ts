/** Compares lean calls with the SDK's own: the same requests, answers and errors. */
import { describe, expect, test } from '@jest/globals';
import type { Answer, AnsweringServer } from './answering-server.js';

/** Implementation of a call under test. */
export type Kind = 'lean' | 'sdk';

/** One operation with an input, and a response that it takes. */
export interface ConformanceCase {
  readonly operation: string;
  readonly call: (kind: Kind, options?: { readonly abortSignal: AbortSignal }) => Promise<unknown>;
  readonly answer: object;
}

interface Outcome {
  readonly output?: unknown;
  readonly error?: unknown;
  readonly requests: readonly unknown[];
}

/** Headers that differ from call to call. */
const OF_THE_CALL = [
  'authorization',
  // Follows from the order of members, which means nothing; the signature covers it.
  'x-amz-content-sha256',
  'x-amz-date',
  'amz-sdk-invocation-id',
  'user-agent',
  'x-amz-user-agent',
  'connection',
];

async function observe(
  server: AnsweringServer,
  answers: readonly Answer[],
  call: () => Promise<unknown>,
): Promise<Outcome> {
  server.answers = [...answers];
  server.requests.length = 0;
  const result = await call().then(
    (output) => ({ output }),
    (error) => ({ error: describeError(error) }),
  );
  const requests = server.requests.map(({ headers, path, body, signatureIsValid }) => ({
    path,
    body: JSON.parse(body),
    signatureIsValid,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_CALL.includes(name))),
  }));
  return { ...result, requests };
}

/** Returns everything by which code can recognize an error. */
function describeError(error: Error & { $metadata?: { totalRetryDelay?: number } }) {
  const { totalRetryDelay: _, ...$metadata } = error.$metadata ?? {};
  return {
    ...error,
    name: error.name,
    message: error.message,
    constructor: error.constructor.name,
    $metadata,
    hasResponse: '$response' in error && error.$response !== undefined,
  };
}

function withoutDelays({ output, ...rest }: Outcome): unknown {
  const { $metadata, ...data } = (output ?? {}) as { $metadata?: Record<string, unknown> };
  const { totalRetryDelay: _, attempts: __, ...metadata } = $metadata ?? {};
  return { ...rest, data, metadata };
}

/** Describes what both must have in common. */
export function describeConformance(
  getServer: () => AnsweringServer,
  cases: readonly ConformanceCase[],
): void {
  describe.each(cases)('$operation', ({ call, answer: body }) => {
    const compare = async (answers: readonly Answer[]): Promise<Outcome> => {
      const sdk = await observe(getServer(), answers, () => call('sdk'));
      const lean = await observe(getServer(), answers, () => call('lean'));
      expect(withoutDelays(lean)).toEqual(withoutDelays(sdk));
      return lean;
    };
    test('sends the same request and returns the same output', async () => {
      const { requests } = await compare([{ status: 200, body }]);
      expect(requests).toMatchObject([{ signatureIsValid: true }]);
    });

    test.each<[string, Answer[], number]>([
      [
        'a queue that does not exist',
        [
          {
            status: 400,
            body: { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'no queue' },
            headers: { 'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' },
          },
        ],
        1,
      ],
      [
        'throttling',
        [
          {
            status: 400,
            body: { __type: 'com.amazonaws.sqs#RequestThrottled', message: 'slow down' },
            headers: { 'x-amzn-query-error': 'RequestThrottled;Sender' },
          },
        ],
        2,
      ],
      [
        'throttling that passes',
        [
          { status: 429, body: { __type: 'ThrottlingException' } },
          { status: 200, body },
        ],
        2,
      ],
      [
        'expired credentials',
        [{ status: 403, body: { __type: 'ExpiredTokenException', message: 'expired' } }],
        1,
      ],
      ['500', [{ status: 500, body: { __type: 'InternalFailure', message: 'oops' } }], 2],
      ['503 without JSON', [{ status: 503, body: '' }], 2],
      ['503 with HTML', [{ status: 503, body: '<html>no</html>' }], 2],
      [
        '502 that passes',
        [
          { status: 502, body: '' },
          { status: 200, body },
        ],
        2,
      ],
      ['a reset connection', ['reset'], 2],
      ['a reset that passes', ['reset', { status: 200, body }], 2],
      ['no answer in time', ['silence'], 2],
    ])('%s', async (_name, answers, tries) => {
      const { requests } = await compare(answers);
      expect(requests).toHaveLength(tries);
    });

    // Their errors are made by different parts, whose words differ: what matters is that both try again.
    test.each<[string, Answer]>([
      ['a connection that ends without an answer', 'hang-up'],
      ['an answer that is cut short', 'cut-short'],
    ])('%s', async (_name, answer) => {
      const passes: Answer[] = [answer, { status: 200, body }];
      for (const kind of ['sdk', 'lean'] as const) {
        expect(await observe(getServer(), [answer], () => call(kind))).toMatchObject({
          error: { $metadata: { attempts: 2 } },
          requests: [{}, {}],
        });
        expect(await observe(getServer(), passes, () => call(kind))).toMatchObject({
          output: {},
          requests: [{}, {}],
        });
      }
    });

    test('follows the clock of AWS', async () => {
      const ahead = { date: new Date(Date.now() + 3_600_000).toUTCString() };
      const refusal: Answer = {
        status: 403,
        body: { __type: 'InvalidSignatureException', message: 'Signature expired' },
        headers: ahead,
      };
      for (const kind of ['sdk', 'lean'] as const) {
        await observe(getServer(), [refusal, { status: 200, body, headers: ahead }], () => call(kind));
        const [first, second] = getServer().requests.map(({ headers }) => headers['x-amz-date'] ?? '');
        const hours = (time = '') => Number(time.slice(9, 11));
        expect([kind, (hours(second) - hours(first) + 24) % 24]).toEqual([kind, 1]);
      }
    });

    test('an abort', async () => {
      const names: unknown[] = [];
      for (const kind of ['sdk', 'lean'] as const) {
        const controller = new AbortController();
        const { signal: abortSignal } = controller;
        const observed = observe(getServer(), ['silence'], () => call(kind, { abortSignal }));
        // A request that is still in flight would reach the server in the next test.
        while (getServer().requests.length === 0) await new Promise((done) => setImmediate(done));
        controller.abort();
        names.push(((await observed).error as Error).name);
      }
      expect(names).toEqual(['AbortError', 'AbortError']);
    });
  });
}
