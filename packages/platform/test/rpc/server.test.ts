import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { createLogger } from '../../src/logger.js';
import { rpcService } from '../../src/rpc/server.js';
import { FieldViolations, fieldViolationsOf } from '../../src/rpc/validation.js';
import { CollectService, EchoService } from './echo-service.js';
import {
  atEnd,
  codeOf,
  collect,
  connect,
  type EchoImpl,
  errorOf,
  serve,
  until,
  untilAborted,
} from './support.js';

/** Clients of the same service over each protocol. */
const WAYS = {
  gRPC: (server: { grpcPort: number }) => connect(server.grpcPort).client,
  'Connect JSON over HTTP/1.1': (server: { httpPort: number }) =>
    createClient(EchoService, createConnectTransport({ ...over(server), useBinaryFormat: false })),
  'gRPC-Web': (server: { httpPort: number }) =>
    createClient(EchoService, createGrpcWebTransport(over(server))),
};
const over = ({ httpPort }: { httpPort: number }) => ({
  baseUrl: `http://127.0.0.1:${httpPort}`,
  httpVersion: '1.1' as const,
});

describe.each(Object.entries(WAYS))('by %s', (_, way) => {
  const start = async (implementation: EchoImpl, options = {}) => {
    const server = await serve(implementation, options);
    return { server, client: way(server) };
  };

  test('a service sees the message and the headers, and sets headers and trailers', async () => {
    const { client } = await start({
      echo: (request, context) => {
        context.responseHeader.set('x-seen', context.requestHeader.get('x-request-id') ?? '');
        context.responseTrailer.set('x-end', 'yes');
        return { text: request.text.toUpperCase(), count: request.count + 1 };
      },
    });
    let header = new Headers();
    let trailer = new Headers();
    const options = {
      headers: { 'x-request-id': 'r1', traceparent: '00-a-b-01' },
      onHeader: (received: Headers) => {
        header = received;
      },
      onTrailer: (received: Headers) => {
        trailer = received;
      },
    };
    expect(await client.echo({ text: 'hi', count: 1 }, options)).toMatchObject({ text: 'HI', count: 2 });
    expect(header.get('x-seen')).toBe('r1');
    expect(trailer.get('x-end')).toBe('yes');
  });

  test('the context names the call', async () => {
    const seen: unknown[] = [];
    const { client } = await start({
      echo: (_request, context) => {
        seen.push(new URL(context.url).pathname, context.method.name, context.service.typeName);
        seen.push(context.requestMethod, context.values !== undefined);
        return {};
      },
    });
    await client.echo({});
    expect(seen).toEqual(['/test.v1.EchoService/Echo', 'Echo', 'test.v1.EchoService', 'POST', true]);
  });

  test('an error keeps its code, message, metadata and details', async () => {
    const { client } = await start({
      echo: () => {
        const violations = new FieldViolations();
        violations.add('text', 'must not be empty');
        violations.throwIfAny();
        return {};
      },
    });
    const error = await errorOf(client.echo({}));
    expect(error).toMatchObject({ code: Code.InvalidArgument, rawMessage: 'text must not be empty' });
    expect(fieldViolationsOf(error)).toMatchObject([{ field: 'text', description: 'must not be empty' }]);
  });

  test('an unexpected error is INTERNAL, and only the log says more', async () => {
    const lines: string[] = [];
    const logger = createLogger('test', 'info', { write: (line) => lines.push(line) });
    const echo = () => {
      throw new Error('the password is swordfish');
    };
    const { client } = await start({ echo }, { logger });
    const error = await errorOf(client.echo({}, { headers: { 'x-request-id': 'r7' } }));
    expect(error).toMatchObject({ code: Code.Internal, rawMessage: 'internal error' });
    const method = 'test.v1.EchoService/Echo';
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { method, request_id: 'r7', err: { message: 'the password is swordfish' } },
      { msg: 'call served', method, request_id: 'r7', code: 'internal' },
    ]);
  });

  test('a method without an implementation is UNIMPLEMENTED', async () => {
    const { client } = await start({});
    expect(await codeOf(client.echo({}))).toBe('Unimplemented');
  });

  test('the deadline reaches the service, and ends the call', async () => {
    const left: (number | undefined)[] = [];
    const reasons: unknown[] = [];
    const { client } = await start({
      echo: async (_request, { timeoutMs, signal }) => {
        left.push(timeoutMs());
        return untilAborted(signal).catch((reason) => {
          reasons.push(reason);
          throw reason;
        });
      },
    });
    expect(await codeOf(client.echo({}, { timeoutMs: 200 }))).toBe('DeadlineExceeded');
    expect(left[0]).toBeGreaterThan(0);
    expect(left[0]).toBeLessThanOrEqual(200);
    await until(() => reasons.length > 0);
  });

  test('a caller that cancels aborts the signal of the service', async () => {
    let aborted = false;
    const caller = new AbortController();
    const { client } = await start({
      echo: async (_request, { signal }) => {
        caller.abort();
        return untilAborted(signal).finally(() => {
          aborted = true;
        });
      },
    });
    expect(await codeOf(client.echo({}, { signal: caller.signal }))).toBe('Canceled');
    await until(() => aborted);
  });

  test('the signal of a finished call is aborted', async () => {
    let kept: AbortSignal | undefined;
    const { client } = await start({
      echo: (_request, { signal }) => {
        kept = signal;
        return {};
      },
    });
    await client.echo({});
    await until(() => kept?.aborted === true);
  });

  test('a message that is too large is RESOURCE_EXHAUSTED and never reaches the service', async () => {
    let calls = 0;
    const echo = () => {
      calls += 1;
      return {};
    };
    const { client } = await start({ echo }, { limits: { messageMaxBytes: 1_000 } });
    expect(await codeOf(client.echo({ text: 'x'.repeat(2_000) }))).toBe('ResourceExhausted');
    expect(calls).toBe(0);
  });

  test('a stream of responses arrives in order, with headers and trailers', async () => {
    const { client } = await start({
      async *count(request, context) {
        context.responseHeader.set('x-from', '1');
        context.responseTrailer.set('x-end', 'yes');
        for (let count = 1; count <= request.count; count += 1) yield { count };
      },
    });
    const seen: (string | null)[] = [];
    const options = {
      onHeader: (header: Headers) => seen.push(header.get('x-from')),
      onTrailer: (trailer: Headers) => seen.push(trailer.get('x-end')),
    };
    const messages = await collect(client.count({ count: 3 }, options));
    expect(messages.map(({ count }) => count)).toEqual([1, 2, 3]);
    expect(seen).toEqual(['1', 'yes']);
  });

  test('an error ends a stream after its messages', async () => {
    const { client } = await start({
      async *count() {
        yield { count: 1 };
        throw new ConnectError('enough', Code.FailedPrecondition);
      },
    });
    const received: number[] = [];
    const read = async () => {
      for await (const { count } of client.count({})) received.push(count);
    };
    expect(await errorOf(read())).toMatchObject({ code: Code.FailedPrecondition, rawMessage: 'enough' });
    expect(received).toEqual([1]);
  });

  test('counts calls by method and code', async () => {
    const { server, client } = await start({ echo: () => ({}) });
    await client.echo({});
    const metrics = await (await fetch(`http://127.0.0.1:${server.httpPort}/metrics`)).text();
    expect(metrics).toContain(
      'rpc_server_duration_seconds_count{method="test.v1.EchoService/Echo",code="ok"} 1',
    );
  });
});

describe('the gRPC listener', () => {
  /** Returns the response that a plain grpc-js client gets for these bytes. */
  function callWith(port: number, bytes: Buffer, deadline: number): Promise<Partial<ServiceError>> {
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    atEnd(() => client.close());
    const same = (value: Buffer) => value;
    return new Promise((resolve) => {
      client.makeUnaryRequest(
        '/test.v1.EchoService/Echo',
        same,
        same,
        bytes,
        new Metadata(),
        { deadline },
        (error) => resolve(error ?? {}),
      );
    });
  }

  test('rejects bytes that are not a message with INVALID_ARGUMENT', async () => {
    const server = await serve({ echo: () => ({}) });
    const error = await callWith(server.grpcPort, Buffer.from([0x0a, 0x7f]), Date.now() + 5_000);
    expect(error).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'the request is not a test.v1.EchoMessage',
    });
  });

  test('ignores fields that a newer caller knows', async () => {
    const server = await serve({ echo: () => ({}) });
    expect(await callWith(server.grpcPort, Buffer.from([0x50, 0x01]), Date.now() + 5_000)).toEqual({});
  });

  test('reports a response that cannot be encoded as INTERNAL', async () => {
    const lines: string[] = [];
    const logger = createLogger('test', 'info', { write: (line) => lines.push(line) });
    const server = await serve({ echo: () => ({ count: 2 ** 40 }) }, { logger });
    const { client } = connect(server.grpcPort);
    expect(await codeOf(client.echo({}))).toBe('Internal');
    expect(lines.join('')).toContain('a response could not be encoded');
  });

  test('waits for a slow reader, and stops when it disconnects', async () => {
    let sent = 0;
    let ended = false;
    const server = await serve({
      async *count() {
        try {
          for (;;) {
            sent += 1;
            yield { text: 'x'.repeat(10_000), count: sent };
          }
        } finally {
          ended = true;
        }
      },
    });
    const { client } = connect(server.grpcPort);
    const reader = new AbortController();
    const read = async () => {
      for await (const { count } of client.count({}, { signal: reader.signal })) {
        await new Promise(setImmediate);
        if (count === 100) reader.abort();
      }
    };
    expect(await codeOf(read())).toBe('Canceled');
    await until(() => ended);
    expect(sent).toBeLessThan(300);
  });

  test('refuses services whose methods take streams', async () => {
    const services = [rpcService(CollectService, { collect: async () => ({}) })];
    await expect(serve({}, { services })).rejects.toThrow('test.v1.CollectService/Collect streams requests');
  });
});

describe('the HTTP listener', () => {
  const post = async (port: number, body: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}/test.v1.EchoService/Echo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    return { status: response.status, body: await response.json() };
  };

  test.each([
    ['{"text":1}', 'field test.v1.EchoMessage.text from JSON: expected string, got 1'],
    ['{"txet":"x"}', 'key "txet" is unknown'],
    ['{"text":', 'cannot decode message test.v1.EchoMessage from JSON'],
    ['{"count":3000000000}', 'test.v1.EchoMessage.count'],
  ])('names the problem of %s', async (body, message) => {
    let calls = 0;
    const echo = () => {
      calls += 1;
      return {};
    };
    const server = await serve({ echo });
    const answer = await post(server.httpPort, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_argument' } });
    expect(JSON.stringify(answer.body)).toContain(JSON.stringify(message).slice(1, -1));
    expect(calls).toBe(0);
  });

  test('does nothing for a call whose deadline has passed', async () => {
    let calls = 0;
    const echo = () => {
      calls += 1;
      return {};
    };
    const server = await serve({ echo });
    const answer = await post(server.httpPort, '{}', { 'connect-timeout-ms': '0' });
    expect(answer).toMatchObject({ body: { code: 'deadline_exceeded' } });
    expect(calls).toBe(0);
  });

  test('serves the operations pages', async () => {
    const failing = { database: async () => Promise.reject(new Error('gone')) };
    const server = await serve({}, { checks: failing });
    const get = async (path: string) => fetch(`http://127.0.0.1:${server.httpPort}${path}`);
    expect(await (await get('/health')).json()).toEqual({ status: 'healthy' });
    expect((await get('/ready')).status).toBe(503);
    expect((await get('/nothing')).status).toBe(404);
  });

  test('lets a request in flight finish, and cuts off one that does not', async () => {
    let started = 0;
    const server = await serve(
      {
        echo: async ({ text }, { signal }) => {
          started += 1;
          return text === 'long' ? untilAborted(signal) : {};
        },
      },
      { drainMs: 50 },
    );
    const call = fetch(`http://127.0.0.1:${server.httpPort}/test.v1.EchoService/Echo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"text":"long"}',
    }).then(
      (response) => response.status,
      () => 'cut off',
    );
    await until(() => started > 0);
    await server.stop();
    expect(['cut off', 499, 500, 503]).toContain(await call);
  });
});

test('names the variable of a port in use, and leaves nothing behind', async () => {
  const first = await serve({});
  const onGrpc = serve({}, { grpcPort: first.grpcPort });
  await expect(onGrpc).rejects.toMatchObject({ name: 'PortInUseError', variable: 'GRPC_PORT' });
  const onHttp = serve({}, { httpPort: first.httpPort });
  await expect(onHttp).rejects.toMatchObject({ name: 'PortInUseError', variable: 'PORT' });
});

test('reports any other error of the address unchanged', async () => {
  await expect(serve({}, { grpcHost: '192.0.2.1' })).rejects.toThrow('No address added');
});
