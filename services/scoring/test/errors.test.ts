import { Code, ConnectError, createHandlerContext } from '@connectrpc/connect';
import { describe, expect, it, test } from '@jest/globals';
import { FraudService } from '@order-pipeline/contracts/gen/fraud/v1/fraud_pb';
import { StoreUnavailableError } from '@order-pipeline/platform/dynamo/errors';
import { createLogger } from '@order-pipeline/platform/logger';
import { createWork, runWork } from '@order-pipeline/platform/work';
import {
  CallerGoneError,
  createTranslator,
  NotFoundError,
  OutcomeUnknownError,
  RefusedError,
  toRpcError,
  UnavailableError,
} from '../src/errors.js';
import { createPermit } from '../src/permit.js';

describe('toRpcError', () => {
  it.each([
    [new NotFoundError('m'), 'NotFound'],
    [new RefusedError('m'), 'FailedPrecondition'],
    [new CallerGoneError('m'), 'Canceled'],
    [new UnavailableError('m'), 'Unavailable'],
    [new StoreUnavailableError('m'), 'Unavailable'],
    [new OutcomeUnknownError('m'), 'DeadlineExceeded'],
  ])('%s', (error, code) => {
    const translated = toRpcError(error) as ConnectError;
    expect(Code[translated.code]).toBe(code);
    expect(translated.rawMessage).toBe('m');
    expect(translated.cause).toBe(error);
  });

  it.each([[new TypeError('a bug')], [new ConnectError('bad', Code.InvalidArgument)], ['text']])(
    'leaves %s as it is',
    (error) => {
      expect(toRpcError(error)).toBe(error);
    },
  );
});

test('trouble behind the service is logged with its cause, refusals are not', async () => {
  const lines: string[] = [];
  const answer = createTranslator(createLogger('test', 'info', { write: (line) => void lines.push(line) }));
  const context = createHandlerContext({
    service: FraudService,
    method: FraudService.method.score,
    protocolName: 'grpc',
    requestMethod: 'POST',
    url: 'https://localhost/',
    requestHeader: { 'x-request-id': 'r1' },
  });
  const fail = (error: Error) =>
    // The server runs each call in a work context, whose fields every line carries.
    runWork(createWork({ request_id: 'r1' }), () =>
      answer(async () => {
        throw error;
      })(undefined, context),
    );
  await expect(fail(new RefusedError('too late'))).rejects.toThrow('too late');
  await expect(fail(new StoreUnavailableError('down', { cause: new Error('throttled') }))).rejects.toThrow(
    'down',
  );
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ request_id: 'r1', msg: 'Score failed' });
  expect(lines[0]).toContain('throttled');
});

describe('createPermit', () => {
  test('ends after not_after', () => {
    let now = 1_000;
    const permit = createPermit(1_000, new AbortController().signal, () => now);
    expect(permit).not.toThrow();
    now = 1_001;
    expect(permit).toThrow(RefusedError);
  });

  test('ends when the caller hangs up', () => {
    const caller = new AbortController();
    const permit = createPermit(1_000, caller.signal, () => 1);
    expect(permit).not.toThrow();
    caller.abort();
    expect(permit).toThrow(CallerGoneError);
  });
});
