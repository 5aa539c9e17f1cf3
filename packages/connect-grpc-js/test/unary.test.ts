import { Code, ConnectError, createClient, type Interceptor } from '@connectrpc/connect';
import { Client, credentials, Metadata, Server, type ServiceError, status } from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { addHealthService, Health } from '../src/health.js';
import { createGrpcTransport } from '../src/index.js';
import { EchoService } from './echo.js';
import { codeOf, connect, errorOf, listen, open, serve, until, untilAborted } from './support.js';

const same = (bytes: Buffer) => bytes;

describe('a service', () => {
  test('sees message and headers, and sets headers and trailers', async () => {
    const port = await serve({
      echo: (request, context) => {
        context.responseHeader.set('x-seen', context.requestHeader.get('x-request-id') ?? '');
        context.responseTrailer.set('x-end', 'yes');
        return { text: request.text.toUpperCase(), count: request.count + 1 };
      },
    });
    const seen: (string | null)[] = [];
    const response = await connect(port).echo(
      { text: 'hi', count: 1 },
      {
        headers: { 'x-request-id': 'r1' },
        onHeader: (header) => seen.push(header.get('x-seen')),
        onTrailer: (trailer) => seen.push(trailer.get('x-end')),
      },
    );
    expect(response).toMatchObject({ text: 'HI', count: 2 });
    expect(seen).toEqual(['r1', 'yes']);
  });

  test('knows which call it serves', async () => {
    const seen: unknown[] = [];
    const port = await serve({
      echo: (_request, context) => {
        seen.push(new URL(context.url).pathname, context.method.name, context.service.typeName);
        seen.push(context.requestMethod, context.protocolName, context.values !== undefined);
        return {};
      },
    });
    await connect(port).echo({});
    expect(seen).toEqual(['/test.v1.EchoService/Echo', 'Echo', 'test.v1.EchoService', 'POST', 'grpc', true]);
  });

  test('sends headers and trailers with an error', async () => {
    const port = await serve({
      echo: (_request, context) => {
        context.responseHeader.set('x-head', 'h');
        context.responseTrailer.set('x-end', 't');
        throw new ConnectError('no', Code.Aborted, { 'x-error': 'e' });
      },
    });
    const error = await errorOf(connect(port).echo({}));
    expect(error).toMatchObject({ code: Code.Aborted, rawMessage: 'no', isWireError: true });
    expect(error.metadata.get('x-end')).toBe('t');
    expect(error.metadata.get('x-error')).toBe('e');
  });

  test('keeps unexpected errors from its clients, and reports them', async () => {
    const seen: unknown[] = [];
    const port = await serve(
      {
        echo: () => {
          throw new Error('the password is swordfish');
        },
      },
      { onUnexpectedError: (error, method) => seen.push((error as Error).message, method.name) },
    );
    expect(await errorOf(connect(port).echo({}))).toMatchObject({
      code: Code.Internal,
      rawMessage: 'internal error',
    });
    expect(seen).toEqual(['the password is swordfish', 'Echo']);
  });

  test('reports a response that cannot be encoded', async () => {
    const seen: unknown[] = [];
    const port = await serve(
      { echo: () => ({ count: 2 ** 40 }) },
      { onUnexpectedError: (error) => seen.push(error) },
    );
    expect(await codeOf(connect(port).echo({}))).toBe('Internal');
    expect(seen).toHaveLength(1);
  });

  test('answers UNIMPLEMENTED for methods that are left out', async () => {
    expect(await codeOf(connect(await serve({})).echo({}))).toBe('Unimplemented');
  });

  test('is cancelled when its client cancels', async () => {
    const caller = new AbortController();
    let reason: unknown;
    const port = await serve({
      echo: async (_request, { signal }) => {
        caller.abort();
        return untilAborted(signal).catch((cause) => {
          reason = cause;
          throw cause;
        });
      },
    });
    expect(await codeOf(connect(port).echo({}, { signal: caller.signal }))).toBe('Canceled');
    await until(() => reason !== undefined);
    expect(reason).toMatchObject({ code: Code.Canceled });
  });

  test('learns that the deadline passed', async () => {
    let left: number | undefined;
    let reason: unknown;
    const port = await serve({
      echo: async (_request, { signal, timeoutMs }) => {
        left = timeoutMs();
        return untilAborted(signal).catch((cause) => {
          reason = cause;
          throw cause;
        });
      },
    });
    expect(await codeOf(connect(port).echo({}, { timeoutMs: 200 }))).toBe('DeadlineExceeded');
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(200);
    await until(() => reason !== undefined);
  });

  test('gets an aborted signal when it is asked for after the client has gone', async () => {
    const caller = new AbortController();
    const gone = Promise.withResolvers<void>();
    let reason: unknown;
    const port = await serve({
      echo: async (_request, context) => {
        caller.abort();
        await gone.promise;
        reason = await untilAborted(context.signal).catch((cause) => cause);
        return {};
      },
    });
    await errorOf(connect(port).echo({}, { signal: caller.signal }));
    // The cancellation travels on the same connection before this call.
    await errorOf(connect(port).count({})[Symbol.asyncIterator]().next());
    gone.resolve();
    await until(() => reason !== undefined);
    expect(reason).toMatchObject({ code: Code.Canceled });
  });

  test('has no deadline when the client sets none', async () => {
    let left: number | undefined = 0;
    const port = await serve({
      echo: (_request, { timeoutMs }) => {
        left = timeoutMs();
        return {};
      },
    });
    await createClient(EchoService, createGrpcTransport(open(port))).echo({});
    expect(left).toBeUndefined();
  });

  test('answers INVALID_ARGUMENT to bytes that are no message', async () => {
    const client = new Client(`127.0.0.1:${await serve({ echo: () => ({}) })}`, credentials.createInsecure());
    const error = await new Promise<Partial<ServiceError>>((resolve) => {
      const path = '/test.v1.EchoService/Echo';
      const bytes = Buffer.from([0x0a, 0x7f]);
      client.makeUnaryRequest(path, same, same, bytes, new Metadata(), {}, (cause) => resolve(cause ?? {}));
    });
    client.close();
    expect(error).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'the request is not a test.v1.EchoMessage',
    });
  });
});

describe('a client', () => {
  test('gets responses whose headers and trailers can be read', async () => {
    const port = await serve({ echo: () => ({ text: 'hi' }) });
    const transport = createGrpcTransport(open(port));
    const response = await transport.unary(EchoService.method.echo, undefined, 5_000, undefined, {});
    expect(response).toMatchObject({ stream: false, message: { text: 'hi' } });
    expect(response.service.typeName).toBe('test.v1.EchoService');
    expect(response.header.get('content-type')).toContain('application/grpc');
    expect([...response.trailer]).toEqual([]);
  });

  test('refuses what is no message before it calls', async () => {
    const error = await errorOf(connect(await serve({})).echo({ count: 2 ** 40 }));
    expect(error).toMatchObject({ code: Code.InvalidArgument, rawMessage: 'not a test.v1.EchoMessage' });
  });

  test('reports responses that are no messages', async () => {
    const server = new Server();
    const definition = {
      path: '/test.v1.EchoService/Echo',
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
      requestStream: false,
      responseStream: false,
    };
    server.addService(
      { Echo: definition },
      {
        Echo: (_call: unknown, callback: (error: null, bytes: Buffer) => void) =>
          callback(null, Buffer.from([0x0a, 0x7f])),
      },
    );
    const error = await errorOf(connect(await listen(server)).echo({}));
    expect(error).toMatchObject({
      code: Code.DataLoss,
      rawMessage: 'the response is not a test.v1.EchoMessage',
    });
  });

  test('reports lost connections as its own errors', async () => {
    const error = await errorOf(connect(1).echo({}));
    expect(error).toMatchObject({ code: Code.Unavailable, isWireError: false });
  });

  test('fails at once when it is closed, aborted, or out of time', async () => {
    const channel = open(await serve({}));
    const client = createClient(EchoService, createGrpcTransport(channel));
    const signal = AbortSignal.abort(new ConnectError('too late', Code.ResourceExhausted));
    expect(await codeOf(client.echo({}, { signal }))).toBe('ResourceExhausted');
    expect(await codeOf(client.echo({}, { timeoutMs: 0 }))).toBe('DeadlineExceeded');
    channel.close();
    expect(await errorOf(client.echo({}))).toMatchObject({
      code: Code.FailedPrecondition,
      rawMessage: 'the client is closed',
    });
  });

  test('runs interceptors around its calls', async () => {
    const port = await serve({
      echo: (_request, { requestHeader }) => ({ text: requestHeader.get('x-id') ?? '' }),
      async *count(_request, { requestHeader }) {
        yield { text: requestHeader.get('x-id') ?? '' };
      },
    });
    const seen: string[] = [];
    const interceptor: Interceptor = (next) => (request) => {
      seen.push(`${request.requestMethod} ${request.url} ${request.stream}`);
      request.header.set('x-id', 'intercepted');
      return next(request);
    };
    const client = connect(port, { interceptors: [interceptor] });
    const signal = new AbortController().signal;
    expect(await client.echo({}, { signal, timeoutMs: 5_000 })).toMatchObject({ text: 'intercepted' });
    for await (const { text } of client.count({})) expect(text).toBe('intercepted');
    expect(seen).toEqual([
      `POST http://127.0.0.1:${port}/test.v1.EchoService/Echo false`,
      `POST http://127.0.0.1:${port}/test.v1.EchoService/Count true`,
    ]);
  });
});

test('reports health, and changes of it', async () => {
  const server = new Server();
  const health = addHealthService(server, ['test.v1.EchoService']);
  const client = createClient(Health, createGrpcTransport(open(await listen(server))));
  const statuses: number[] = [];
  const watching = (async () => {
    for await (const { status } of client.watch({ service: 'test.v1.EchoService' })) statuses.push(status);
  })();
  await until(() => statuses.length === 1);
  health.setServing(true);
  await until(() => statuses.length === 2);
  expect((await client.check({})).status).toBe(1);
  expect(await codeOf(client.check({ service: 'other.v1.OtherService' }))).toBe('NotFound');
  health.shutDown();
  await watching;
  expect(statuses).toEqual([2, 1, 2]);
});
