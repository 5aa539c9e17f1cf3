import { Code, ConnectError, type HandlerContext, type Interceptor } from '@connectrpc/connect';
import { Channel, ChannelCredentials, Server, ServerCredentials } from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { createGrpcTransport } from 'connect-grpc-js';
import { createRegistry, type Registry } from '../../src/metrics.js';
import { PREVIOUS_TRIES_HEADER } from '../../src/rpc/context.js';
import { createOutageError, outageOf } from '../../src/rpc/outage.js';
import { probeHealth } from '../../src/rpc/probe.js';
import { atEnd, codeOf, collect, connect, errorOf, freePort, serve, until, untilAborted } from './support.js';

async function metricOf(registry: Registry, line: string): Promise<string | undefined> {
  return (await registry.metrics())
    .split('\n')
    .find((each) => each.startsWith(line))
    ?.slice(line.length + 1);
}

const QUICK = { firstPauseMs: 1, maxPauseMs: 2 };
const METHOD = 'method="test.v1.EchoService/Echo"';

describe('retries', () => {
  test.each([Code.Unavailable, Code.Aborted, Code.ResourceExhausted, Code.DeadlineExceeded])(
    'repeat code %i until it passes',
    async (code) => {
      let calls = 0;
      const server = await serve({
        echo: () => {
          calls += 1;
          if (calls < 3) throw new ConnectError('not now', code);
          return { count: calls };
        },
      });
      const { client, registry } = connect(server.grpcPort, { retries: QUICK });
      expect(await client.echo({})).toMatchObject({ count: 3 });
      expect(await metricOf(registry, `rpc_client_retries_total{${METHOD}}`)).toBe('2');
      expect(await metricOf(registry, `rpc_client_duration_seconds_count{${METHOD},code="ok"}`)).toBe('1');
    },
  );

  test('carry the number of earlier tries', async () => {
    const seen: (string | null)[] = [];
    const server = await serve({
      echo: (_: unknown, { requestHeader }: HandlerContext) => {
        seen.push(requestHeader.get(PREVIOUS_TRIES_HEADER));
        if (seen.length < 3) throw new ConnectError('not now', Code.Unavailable);
        return {};
      },
    });
    const { client } = connect(server.grpcPort, { retries: QUICK });
    await client.echo({}, { headers: { 'x-request-id': 'r1' } });
    expect(seen).toEqual([null, '1', '2']);
  });

  test('end with the dependency that the service found down', async () => {
    const server = await serve({
      echo: () => {
        throw createOutageError('the provider is down', 'provider');
      },
    });
    const { client } = connect(server.grpcPort, { retries: QUICK });
    expect(outageOf(await errorOf(client.echo({})))).toBe('provider');
  });

  test('end after four tries with the last error', async () => {
    let calls = 0;
    const server = await serve({
      echo: () => {
        calls += 1;
        throw new ConnectError(`try ${calls}`, Code.Unavailable);
      },
    });
    const { client, registry } = connect(server.grpcPort, { retries: QUICK });
    expect(await errorOf(client.echo({}))).toMatchObject({ rawMessage: 'try 4' });
    expect(await metricOf(registry, `rpc_client_duration_seconds_count{${METHOD},code="unavailable"}`)).toBe(
      '1',
    );
  });

  test.each([Code.InvalidArgument, Code.NotFound, Code.FailedPrecondition, Code.Internal])(
    'leave code %i alone',
    async (code) => {
      let calls = 0;
      const server = await serve({
        echo: () => {
          calls += 1;
          throw new ConnectError('no', code);
        },
      });
      const { client } = connect(server.grpcPort, { retries: QUICK });
      expect(await errorOf(client.echo({}))).toMatchObject({ code, rawMessage: 'no' });
      expect(calls).toBe(1);
    },
  );

  test('give each try its own deadline', async () => {
    const left: (number | undefined)[] = [];
    const server = await serve({
      echo: async (_request, { timeoutMs, signal }) => {
        left.push(timeoutMs());
        return left.length < 2 ? untilAborted(signal) : { count: left.length };
      },
    });
    const { client } = connect(server.grpcPort, { timeoutMs: 100, retries: QUICK });
    expect(await client.echo({}, { timeoutMs: 10_000 })).toMatchObject({ count: 2 });
    for (const each of left) expect(each).toBeLessThanOrEqual(100);
  });

  test('end with the budget of the caller', async () => {
    let calls = 0;
    const server = await serve({
      echo: () => {
        calls += 1;
        throw new ConnectError('not now', Code.Unavailable);
      },
    });
    const retries = { maxTries: 1_000, firstPauseMs: 20, maxPauseMs: 20 };
    const { client } = connect(server.grpcPort, { retries });
    await errorOf(client.echo({}, { timeoutMs: 150 }));
    expect(calls).toBeGreaterThan(1);
    expect(calls).toBeLessThan(1_000);
  });

  test('stop at once when the caller cancels during a pause', async () => {
    const caller = new AbortController();
    const server = await serve({
      echo: () => {
        setImmediate(() => caller.abort());
        throw new ConnectError('not now', Code.Unavailable);
      },
    });
    const { client } = connect(server.grpcPort, { retries: { firstPauseMs: 600_000, maxPauseMs: 600_000 } });
    expect(await codeOf(client.echo({}, { signal: caller.signal, timeoutMs: 1_200_000 }))).toBe('Canceled');
  });
});

describe('deadlines', () => {
  test('there is one by default', async () => {
    let left: number | undefined;
    const server = await serve({
      echo: (_request, { timeoutMs }) => {
        left = timeoutMs();
        return {};
      },
    });
    await connect(server.grpcPort, { timeoutMs: 3_000 }).client.echo({});
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(3_000);
  });

  test.each([0, -5])('a budget of %i ms is spent before the call', async (timeoutMs) => {
    let calls = 0;
    const server = await serve({
      echo: () => {
        calls += 1;
        return {};
      },
      async *count() {
        calls += 1;
        yield {};
      },
    });
    const { client } = connect(server.grpcPort);
    expect(await codeOf(client.echo({}, { timeoutMs }))).toBe('DeadlineExceeded');
    expect(await codeOf(collect(client.count({}, { timeoutMs })))).toBe('DeadlineExceeded');
    expect(calls).toBe(0);
  });

  test('a stream ends with its deadline', async () => {
    const server = await serve({
      async *count(_request, { signal }) {
        yield { count: 1 };
        await untilAborted(signal);
      },
    });
    const { client, registry } = connect(server.grpcPort);
    expect(await codeOf(collect(client.count({}, { timeoutMs: 100 })))).toBe('DeadlineExceeded');
    const line =
      'rpc_client_duration_seconds_count{method="test.v1.EchoService/Count",code="deadline_exceeded"}';
    expect(await metricOf(registry, line)).toBe('1');
  });
});

describe('the breaker', () => {
  const limits = { minFailures: 3, minDurationMs: 0, probeIntervalMs: 10 };

  test('opens on failures in a row, refuses calls, and closes when a probe succeeds', async () => {
    let calls = 0;
    let ready = true;
    const server = await serve(
      {
        echo: () => {
          calls += 1;
          if (!ready) throw new ConnectError('down', Code.Unavailable);
          return {};
        },
      },
      {
        checks: {
          database: async () => {
            if (!ready) throw new Error('down');
          },
        },
        checkIntervalMs: 5,
      },
    );
    const { client, breaker, registry } = connect(server.grpcPort, {
      retries: { maxTries: 1 },
      breaker: { ...limits, probeIntervalMs: 100 },
    });
    const changes: boolean[] = [];
    breaker.onChange((open) => changes.push(open));
    await client.echo({});
    ready = false;
    for (let failure = 0; failure < 3; failure += 1) await errorOf(client.echo({}));
    expect(breaker.isOpen).toBe(true);
    expect(await metricOf(registry, 'rpc_breaker_open{service="test.v1.EchoService"}')).toBe('1');
    const refused = await errorOf(client.echo({}));
    expect(refused).toMatchObject({
      code: Code.Unavailable,
      rawMessage: 'test.v1.EchoService does not respond; calls are suspended',
    });
    expect(outageOf(refused)).toBe('test.v1.EchoService');
    expect(await codeOf(collect(client.count({})))).toBe('Unavailable');
    expect(calls).toBe(4);
    ready = true;
    await until(() => !breaker.isOpen);
    expect(calls).toBe(4);
    expect(changes).toEqual([true, false]);
    expect(await metricOf(registry, 'rpc_breaker_open{service="test.v1.EchoService"}')).toBe('0');
    await client.echo({});
  });

  test('opens when two health checks get no connection, and closes when the server is there', async () => {
    const grpcPort = await freePort();
    const { breaker, isServing } = connect(grpcPort, { retries: QUICK, breaker: limits });
    expect(await Promise.all([isServing(), isServing()])).toEqual([false, false]);
    expect(breaker.isOpen).toBe(false);
    await until(async () => (await isServing()) || breaker.isOpen);
    expect(breaker.isOpen).toBe(true);
    await serve({ echo: () => ({}) }, { grpcPort });
    await until(() => !breaker.isOpen);
    expect(await isServing()).toBe(true);
    expect(breaker.isOpen).toBe(false);
  });

  test('stays open when a health check passes, until a probe of its own does', async () => {
    const server = await serve({
      echo: () => {
        throw new ConnectError('overloaded', Code.Unavailable);
      },
    });
    const { client, breaker, isServing } = connect(server.grpcPort, {
      retries: QUICK,
      breaker: { ...limits, probeIntervalMs: 600_000 },
    });
    await errorOf(client.echo({}));
    expect(breaker.isOpen).toBe(true);
    expect(await isServing()).toBe(true);
    expect(breaker.isOpen).toBe(true);
  });

  test('continues to probe until the server is there', async () => {
    const grpcPort = await freePort();
    const { client, breaker } = connect(grpcPort, { retries: QUICK, breaker: limits });
    await errorOf(client.echo({}));
    expect(breaker.isOpen).toBe(true);
    await serve({ echo: () => ({}) }, { grpcPort });
    await until(() => !breaker.isOpen);
    await client.echo({});
  });

  test('is not retried once it is open', async () => {
    const { client, breaker, registry } = connect(await freePort(), {
      retries: { ...QUICK, maxTries: 100 },
      breaker: { ...limits, probeIntervalMs: 600_000 },
    });
    await errorOf(client.echo({}));
    expect(breaker.isOpen).toBe(true);
    expect(await metricOf(registry, `rpc_client_retries_total{${METHOD}}`)).toBe('2');
  });

  test('counts business errors as successes', async () => {
    const codes = [Code.Unavailable, Code.Unavailable, Code.NotFound];
    let calls = 0;
    const server = await serve({
      echo: () => {
        calls += 1;
        throw new ConnectError('no', codes[calls % 3]);
      },
    });
    const { client, breaker } = connect(server.grpcPort, { retries: { maxTries: 1 }, breaker: limits });
    for (let call = 0; call < 12; call += 1) await errorOf(client.echo({}));
    expect(breaker.isOpen).toBe(false);
  });

  test('ignores calls whose budget has expired', async () => {
    const { client, breaker } = connect(await freePort(), { breaker: limits });
    for (let call = 0; call < 5; call += 1) await errorOf(client.echo({}, { timeoutMs: 0 }));
    expect(breaker.isOpen).toBe(false);
  });

  test('stops probing once the client is closed', async () => {
    const { client, breaker, close } = connect(await freePort(), { retries: QUICK, breaker: limits });
    await errorOf(client.echo({}));
    close();
    expect(breaker.isOpen).toBe(true);
    expect(await codeOf(client.echo({}))).toBe('Unavailable');
  });

  test('ignores calls that their callers cancelled', async () => {
    const server = await serve({ echo: (_request, { signal }) => untilAborted(signal) });
    const { client, breaker } = connect(server.grpcPort, { breaker: limits });
    for (let call = 0; call < 5; call += 1)
      expect(await codeOf(client.echo({}, { signal: AbortSignal.timeout(20) }))).toBe('Canceled');
    expect(breaker.isOpen).toBe(false);
  });

  test('takes a server without a health service for serving', async () => {
    const server = new Server();
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    atEnd(() => server.forceShutdown());
    const channel = new Channel(`127.0.0.1:${port}`, ChannelCredentials.createInsecure(), {});
    atEnd(() => channel.close());
    await expect(
      probeHealth(createGrpcTransport(channel), 'any.v1.AnyService', 5_000),
    ).resolves.toBeUndefined();
  });

  test('rejects a probe of a service that does not serve', async () => {
    const server = await serve({}, { checks: { database: async () => Promise.reject(new Error('down')) } });
    const channel = new Channel(`127.0.0.1:${server.grpcPort}`, ChannelCredentials.createInsecure(), {});
    atEnd(() => channel.close());
    const probe = probeHealth(createGrpcTransport(channel), 'test.v1.EchoService', 5_000);
    await expect(probe).rejects.toThrow('test.v1.EchoService is NOT_SERVING');
  });
});

describe('interceptors', () => {
  test('run around every call', async () => {
    const seen: string[] = [];
    const interceptor: Interceptor = (next) => async (request) => {
      seen.push(`${request.requestMethod} ${new URL(request.url).pathname} ${request.stream}`);
      request.header.set('x-request-id', 'from the interceptor');
      return next(request);
    };
    const server = await serve({
      echo: (_request, { requestHeader }) => ({ text: requestHeader.get('x-request-id') ?? '' }),
      async *count(_request, { requestHeader }) {
        yield { text: requestHeader.get('x-request-id') ?? '' };
      },
    });
    const { client } = connect(server.grpcPort, { interceptors: [interceptor] });
    const signal = new AbortController().signal;
    const text = 'from the interceptor';
    expect(await client.echo({})).toMatchObject({ text });
    expect(await client.echo({}, { signal, timeoutMs: 5_000 })).toMatchObject({ text });
    expect(await collect(client.count({}))).toMatchObject([{ text }]);
    expect(seen).toEqual([
      'POST /test.v1.EchoService/Echo false',
      'POST /test.v1.EchoService/Echo false',
      'POST /test.v1.EchoService/Count true',
    ]);
  });
});

describe('a client', () => {
  test('shares a registry with others', async () => {
    const registry = createRegistry();
    const server = await serve({ echo: () => ({}) });
    await connect(server.grpcPort, { registry }).client.echo({});
    await connect(server.grpcPort, { registry }).client.echo({});
    expect(await metricOf(registry, `rpc_client_duration_seconds_count{${METHOD},code="ok"}`)).toBe('2');
  });

  test('refuses a value that is not a message before it calls', async () => {
    const server = await serve({ echo: () => ({}) });
    const { client } = connect(server.grpcPort);
    expect(await errorOf(client.echo({ count: 2 ** 40 }))).toMatchObject({
      code: Code.InvalidArgument,
      rawMessage: 'not a test.v1.EchoMessage',
    });
  });

  test('rejects calls when it is closed', async () => {
    const { client, close } = connect(await freePort());
    close();
    expect(await errorOf(client.echo({}))).toMatchObject({
      code: Code.FailedPrecondition,
      rawMessage: 'the client is closed',
    });
  });

  test('does not start a call of a caller that has cancelled', async () => {
    const { client } = connect(await freePort());
    const signal = AbortSignal.abort(new ConnectError('too late', Code.DeadlineExceeded));
    expect(await codeOf(client.echo({}, { signal }))).toBe('DeadlineExceeded');
  });

  test('cancels a stream when its caller cancels', async () => {
    let ended = false;
    const server = await serve({
      async *count(_request, { signal }) {
        try {
          for (let count = 1; ; count += 1) {
            signal.throwIfAborted();
            yield { count };
            await new Promise(setImmediate);
          }
        } finally {
          ended = true;
        }
      },
    });
    const caller = new AbortController();
    const { client } = connect(server.grpcPort);
    const read = async () => {
      for await (const { count } of client.count({}, { signal: caller.signal }))
        if (count === 3) caller.abort();
    };
    expect(await codeOf(read())).toBe('Canceled');
    await until(() => ended);
  });

  test('cancels a silent stream when its caller cancels', async () => {
    const server = await serve({
      async *count(_request, { signal }) {
        yield { count: 1 };
        await untilAborted(signal);
      },
    });
    const caller = new AbortController();
    const { client } = connect(server.grpcPort);
    const read = async () => {
      for await (const _ of client.count({}, { signal: caller.signal })) setImmediate(() => caller.abort());
    };
    expect(await codeOf(read())).toBe('Canceled');
  });
});
