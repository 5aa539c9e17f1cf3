import { create, toBinary } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { toConnectError, toHeaders, toMetadata, toStatus } from '../src/index.js';

const ALL_CODES = Object.values(Code).filter((code) => typeof code === 'number');
const hint = { typeUrl: 'example.com/hint' };

describe('errors on the wire', () => {
  test.each(ALL_CODES)('keep code %i, message and details', (code) => {
    const error = new ConnectError('why', code, { 'x-hint': 'later' }, [{ desc: AnySchema, value: hint }]);
    const received = toConnectError(toStatus(error), true);
    expect(received).toMatchObject({ code, rawMessage: 'why', isWireError: true });
    expect(received.metadata.get('x-hint')).toBe('later');
    expect(received.findDetails(AnySchema)).toMatchObject([hint]);
  });

  test('pass on details that came from another server', () => {
    const error = new ConnectError('why', Code.Internal);
    const value = toBinary(AnySchema, create(AnySchema, hint));
    error.details = [{ type: AnySchema.typeName, value }];
    const received = toConnectError(toStatus(error), false);
    expect(received.findDetails(AnySchema)).toMatchObject([hint]);
    expect(received.isWireError).toBe(false);
  });

  test('survive details that cannot be read', () => {
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', Buffer.from([0xff, 0xff]));
    const received = toConnectError({ code: status.ABORTED, details: 'why', metadata }, true);
    expect(received).toMatchObject({ code: Code.Aborted, details: [] });
  });

  test('may come without a message', () => {
    const end = { code: status.ABORTED, metadata: new Metadata() } as StatusObject;
    expect(toConnectError(end, true)).toMatchObject({ code: Code.Aborted, rawMessage: '' });
  });

  test('with an undefined code are UNKNOWN', () => {
    const end = { code: 99 as status, details: 'why', metadata: new Metadata() };
    expect(toConnectError(end, true).code).toBe(Code.Unknown);
  });
});

describe('headers and metadata', () => {
  test('hold the same pairs, bytes as base64', () => {
    const bytes = Buffer.from([0, 1, 254]);
    const headers = new Headers({ 'X-Request-Id': 'r1', 'key-bin': bytes.toString('base64') });
    headers.append('x-many', 'a');
    headers.append('x-many', 'b');
    const metadata = toMetadata(headers);
    expect(metadata.get('x-request-id')).toEqual(['r1']);
    expect(metadata.get('key-bin')).toEqual([bytes]);
    expect([...toHeaders(metadata)]).toEqual([
      ['key-bin', 'AAH+'],
      ['x-many', 'a, b'],
      ['x-request-id', 'r1'],
    ]);
  });

  test.each([
    ['an object', { a: '1' }],
    ['pairs', [['a', '1']] as const],
  ])('are read from %s', (_, init) => {
    expect(toMetadata(init).getMap()).toEqual({ a: '1' });
  });

  test('leave out what the protocol says itself, and what gRPC cannot carry', () => {
    const init = { 'grpc-timeout': '1S', te: 'trailers', 'content-type': 'x', ok: 'yes', umlaut: 'ü' };
    expect(toMetadata(init).getMap()).toEqual({ ok: 'yes' });
    expect(toMetadata(undefined).getMap()).toEqual({});
  });
});
