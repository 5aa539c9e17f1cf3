import http2 from 'node:http2';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { describe, expect, test } from '@jest/globals';
import { createGrpcTransport } from '../src/index.js';
import { EchoService } from './echo.js';
import { codeOf, collect, connect, errorOf, open, serve, until, untilAborted } from './support.js';

async function* counts(to: number) {
  for (let count = 1; count <= to; count += 1) yield { count };
}

describe('a stream of responses', () => {
  test('arrives in order, with headers and trailers', async () => {
    const port = await serve({
      async *count(request, context) {
        context.responseHeader.set('x-from', '1');
        context.responseTrailer.set('x-end', 'yes');
        yield* counts(request.count);
      },
    });
    const seen: (string | null)[] = [];
    const options = {
      onHeader: (header: Headers) => seen.push(header.get('x-from')),
      onTrailer: (trailer: Headers) => seen.push(trailer.get('x-end')),
    };
    const messages = await collect(connect(port).count({ count: 3 }, options));
    expect(messages.map(({ count }) => count)).toEqual([1, 2, 3]);
    expect(seen).toEqual(['1', 'yes']);
  });

  test('may be empty, and has its headers then too', async () => {
    const port = await serve({
      async *count(_request, context) {
        context.responseHeader.set('x-from', '1');
        yield* [];
      },
    });
    const seen: (string | null)[] = [];
    const options = { onHeader: (header: Headers) => seen.push(header.get('x-from')) };
    expect(await collect(connect(port).count({}, options))).toEqual([]);
    expect(seen).toEqual(['1']);
  });

  test('ends with an error after its messages', async () => {
    const port = await serve({
      async *count(_request, context) {
        context.responseTrailer.set('x-end', 'yes');
        yield { count: 1 };
        throw new ConnectError('enough', Code.FailedPrecondition);
      },
    });
    const received: number[] = [];
    const read = async () => {
      for await (const { count } of connect(port).count({})) received.push(count);
    };
    const error = await errorOf(read());
    expect(error).toMatchObject({ code: Code.FailedPrecondition, rawMessage: 'enough' });
    expect(error.metadata.get('x-end')).toBe('yes');
    expect(received).toEqual([1]);
  });

  test('loses no message that came before an error, though its reader is slow', async () => {
    const port = await serve({
      async *count() {
        yield* counts(10);
        throw new ConnectError('enough', Code.FailedPrecondition);
      },
    });
    const received: number[] = [];
    const read = async () => {
      for await (const { count } of connect(port).count({})) {
        received.push(count);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    expect(await codeOf(read())).toBe('FailedPrecondition');
    expect(received).toHaveLength(10);
  });

  test('ends with its deadline, on both sides', async () => {
    let reason: unknown;
    const port = await serve({
      async *count(_request, { signal }) {
        yield { count: 1 };
        await untilAborted(signal).catch((cause) => {
          reason = cause;
        });
      },
    });
    expect(await codeOf(collect(connect(port).count({}, { timeoutMs: 150 })))).toBe('DeadlineExceeded');
    await until(() => reason !== undefined);
  });

  test('ends when its reader cancels while it is silent', async () => {
    let reason: unknown;
    const port = await serve({
      async *count(_request, { signal }) {
        yield { count: 1 };
        await untilAborted(signal).catch((cause) => {
          reason = cause;
        });
      },
    });
    const reader = new AbortController();
    const read = async () => {
      const messages = connect(port).count({}, { signal: reader.signal });
      for await (const _ of messages) setImmediate(() => reader.abort());
    };
    expect(await codeOf(read())).toBe('Canceled');
    await until(() => reason !== undefined);
    expect(reason).toMatchObject({ code: Code.Canceled });
  });

  test('waits for a slow reader, and stops when it leaves', async () => {
    let sent = 0;
    let ended = false;
    const port = await serve({
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
    const reader = new AbortController();
    const read = async () => {
      for await (const { count } of connect(port).count({}, { signal: reader.signal })) {
        await new Promise(setImmediate);
        if (count === 100) reader.abort();
      }
    };
    expect(await codeOf(read())).toBe('Canceled');
    await until(() => ended);
    expect(sent).toBeLessThan(300);
  });

  test('is canceled when the transport is left in the middle of it', async () => {
    let ended = false;
    const port = await serve({
      async *count(_request, { signal }) {
        yield { count: 1 };
        await untilAborted(signal).finally(() => {
          ended = true;
        });
      },
    });
    const transport = createGrpcTransport(open(port));
    const method = EchoService.method.count;
    const response = await transport.stream(method, undefined, undefined, undefined, counts(1));
    for await (const _ of response.message) break;
    await until(() => ended);
  });
});

describe('a stream of requests', () => {
  test('gets one response', async () => {
    const port = await serve({
      async collect(requests, context) {
        context.responseTrailer.set('x-end', context.requestHeader.get('x-id') ?? '');
        let sum = 0;
        for await (const { count } of requests) sum += count;
        return { count: sum };
      },
    });
    const seen: (string | null)[] = [];
    const options = {
      headers: { 'x-id': 'r1' },
      onTrailer: (trailer: Headers) => seen.push(trailer.get('x-end')),
    };
    expect(await connect(port).collect(counts(100), options)).toMatchObject({ count: 5_050 });
    expect(seen).toEqual(['r1']);
  });

  test('may be answered before it ends, and its source is released', async () => {
    let released = false;
    async function* endless() {
      try {
        for (;;) {
          yield { count: 1 };
          await new Promise(setImmediate);
        }
      } finally {
        released = true;
      }
    }
    const port = await serve({
      async collect(requests) {
        for await (const { count } of requests) return { count };
        return {};
      },
    });
    expect(await connect(port).collect(endless())).toMatchObject({ count: 1 });
    await until(() => released);
  });

  test('ends with the error of the service', async () => {
    const port = await serve({
      async collect(requests) {
        for await (const _ of requests) throw new ConnectError('enough', Code.OutOfRange);
        return {};
      },
    });
    expect(await errorOf(connect(port).collect(counts(3)))).toMatchObject({ code: Code.OutOfRange });
  });

  test('ends with the error of its source, and the service learns of it', async () => {
    let reason: unknown;
    const received = Promise.withResolvers<void>();
    const port = await serve({
      async collect(requests, { signal }) {
        for await (const _ of requests) {
          received.resolve();
          // Node's HTTP/2 client ends a stream before it resets it: the signal knows better than the loop.
          reason = await untilAborted(signal).catch((cause) => cause);
        }
        return {};
      },
    });
    async function* failing() {
      yield { count: 1 };
      await received.promise;
      throw new ConnectError('out of numbers', Code.DataLoss);
    }
    expect(await errorOf(connect(port).collect(failing()))).toMatchObject({
      code: Code.DataLoss,
      rawMessage: 'out of numbers',
    });
    await until(() => reason !== undefined);
    expect(reason).toMatchObject({ code: Code.Canceled });
  });

  test('ends with an error when the connection is lost', async () => {
    let reason: unknown;
    const received = Promise.withResolvers<void>();
    const port = await serve({
      async collect(requests) {
        try {
          for await (const _ of requests) received.resolve();
        } catch (cause) {
          reason = cause;
        }
        return {};
      },
    });
    const session = http2.connect(`http://127.0.0.1:${port}`).on('error', () => undefined);
    const headers = { ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers' };
    const stream = session.request({ ...headers, ':path': '/test.v1.EchoService/Collect' });
    stream.on('error', () => undefined);
    stream.write(Buffer.from([0, 0, 0, 0, 0]));
    await received.promise;
    session.destroy();
    await until(() => reason !== undefined);
    expect(reason).toMatchObject({ code: Code.Canceled });
  });

  test('ends when its caller cancels', async () => {
    const caller = new AbortController();
    async function* silent() {
      yield { count: 1 };
      setImmediate(() => caller.abort());
      await new Promise(() => undefined);
    }
    const port = await serve({
      async collect(requests) {
        for await (const _ of requests);
        return {};
      },
    });
    expect(await codeOf(connect(port).collect(silent(), { signal: caller.signal }))).toBe('Canceled');
  });
});

describe('streams in both directions', () => {
  const port = () =>
    serve({
      async *chat(requests) {
        for await (const { count } of requests) yield { count: count * 2 };
      },
    });

  test('take turns', async () => {
    const log: string[] = [];
    const answered: (() => void)[] = [];
    async function* questions() {
      for (const count of [1, 2, 3]) {
        log.push(`ask ${count}`);
        const answer = new Promise<void>((resolve) => answered.push(resolve));
        yield { count };
        await answer;
      }
    }
    for await (const { count } of connect(await port()).chat(questions())) {
      log.push(`hear ${count}`);
      answered.pop()?.();
    }
    expect(log).toEqual(['ask 1', 'hear 2', 'ask 2', 'hear 4', 'ask 3', 'hear 6']);
  });

  test('carry more than fits into buffers', async () => {
    const answers = await collect(connect(await port()).chat(counts(2_000)));
    expect(answers.map(({ count }) => count)).toEqual(Array.from({ length: 2_000 }, (_, i) => 2 * (i + 1)));
  });

  test('end together when the deadline passes', async () => {
    const client = createClient(EchoService, createGrpcTransport(open(await port())));
    async function* silent() {
      yield { count: 1 };
      await new Promise(() => undefined);
    }
    expect(await codeOf(collect(client.chat(silent(), { timeoutMs: 150 })))).toBe('DeadlineExceeded');
  });
});
