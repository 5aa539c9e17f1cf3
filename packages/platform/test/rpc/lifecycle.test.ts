import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Channel, ChannelCredentials } from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { createGrpcTransport } from 'connect-grpc-js';
import { Health, HealthCheckResponse_ServingStatus as Serving } from 'connect-grpc-js/health';
import { createRegistry } from '../../src/metrics.js';
import { createRpcClient } from '../../src/rpc/client.js';
import { probeHealth } from '../../src/rpc/probe.js';
import { atEnd, codeOf, connect, errorOf, serve, silent, until } from './support.js';

const run = promisify(execFile);

function healthOf(port: number) {
  const options = {
    url: `http://127.0.0.1:${port}`,
    timeoutMs: 10_000,
    registry: createRegistry(),
    logger: silent,
  };
  const rpc = createRpcClient(Health, options);
  atEnd(() => rpc.close());
  return rpc.client;
}

describe('grpc.health.v1', () => {
  test('follows the readiness of the process, for each service and for all', async () => {
    let ready = false;
    const database = async () => {
      if (!ready) throw new Error('no connection');
    };
    const server = await serve({}, { checks: { database }, checkIntervalMs: 5 });
    const health = healthOf(server.grpcPort);
    const statusOf = async (service: string) => (await health.check({ service })).status;
    expect(await statusOf('')).toBe(Serving.NOT_SERVING);
    expect(await statusOf('test.v1.EchoService')).toBe(Serving.NOT_SERVING);
    ready = true;
    await until(async () => (await statusOf('test.v1.EchoService')) === Serving.SERVING);
    expect(await statusOf('')).toBe(Serving.SERVING);
    expect(await codeOf(health.check({ service: 'other.v1.OtherService' }))).toBe('NotFound');
  });

  test('tells watchers of changes, and ends their streams when it stops', async () => {
    let ready = true;
    const database = async () => {
      if (!ready) throw new Error('no connection');
    };
    const server = await serve({}, { checks: { database }, checkIntervalMs: 5, drainMs: 60_000 });
    const seen: Serving[] = [];
    const watch = async () => {
      for await (const { status } of healthOf(server.grpcPort).watch({ service: 'test.v1.EchoService' }))
        seen.push(status);
    };
    const watching = watch();
    await until(() => seen.length === 1);
    ready = false;
    await until(() => seen.length === 2);
    ready = true;
    await until(() => seen.length === 3);
    await server.stop();
    await watching;
    expect(seen).toEqual([Serving.SERVING, Serving.NOT_SERVING, Serving.SERVING, Serving.NOT_SERVING]);
  });

  test('is asked by a probe', async () => {
    const server = await serve({});
    const channel = new Channel(`127.0.0.1:${server.grpcPort}`, ChannelCredentials.createInsecure(), {});
    atEnd(() => channel.close());
    const transport = createGrpcTransport(channel);
    await probeHealth(transport, 'test.v1.EchoService', 5_000);
    expect(await codeOf(probeHealth(transport, 'other.v1.OtherService', 5_000))).toBe('NotFound');
  });
});

describe('stopping', () => {
  test('finishes calls in flight and takes no more, and is not ready meanwhile', async () => {
    let release: (() => void) | undefined;
    const server = await serve(
      {
        echo: async () => {
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          return { text: 'finished' };
        },
      },
      { drainMs: 60_000 },
    );
    const { client } = connect(server.grpcPort);
    const inFlight = client.echo({});
    await until(() => release !== undefined);
    const stopped = server.stop();
    const late = connect(server.grpcPort, { retries: { maxTries: 1 } });
    expect(await codeOf(late.client.echo({}))).toBe('Unavailable');
    const ready = await fetch(`http://127.0.0.1:${server.httpPort}/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ status: 'not ready', checks: { process: 'stopping' } });
    release?.();
    expect(await inFlight).toMatchObject({ text: 'finished' });
    await stopped;
    await expect(fetch(`http://127.0.0.1:${server.httpPort}/ready`)).rejects.toThrow();
  });

  test('cuts off what does not finish in time', async () => {
    let started = false;
    const server = await serve(
      {
        echo: () => {
          started = true;
          return new Promise<never>(() => undefined);
        },
      },
      { drainMs: 50 },
    );
    const { client } = connect(server.grpcPort, { retries: { maxTries: 1 } });
    const inFlight = errorOf(client.echo({}));
    await until(() => started);
    await server.stop();
    expect(await inFlight).toMatchObject({ isWireError: false });
  });
});

describe('reflection', () => {
  const curl = async (...args: string[]) => {
    const { stdout } = await run('node_modules/.bin/buf', [
      'curl',
      '--protocol',
      'grpc',
      '--http2-prior-knowledge',
      ...args,
    ]);
    return stdout;
  };

  test('lists the services, health and reflection', async () => {
    const server = await serve({});
    const url = `http://127.0.0.1:${server.grpcPort}`;
    expect((await curl('--list-services', url)).split('\n').filter(Boolean)).toEqual([
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
      'test.v1.EchoService',
    ]);
  });

  test.each(['grpc-v1', 'grpc-v1alpha'])('%s lets a tool call without a schema', async (protocol) => {
    const server = await serve({ echo: ({ text }) => ({ text: text.toUpperCase() }) });
    const url = `http://127.0.0.1:${server.grpcPort}/test.v1.EchoService/Echo`;
    const answer = await curl('--reflect-protocol', protocol, '-d', '{"text":"hi"}', url);
    expect(JSON.parse(answer)).toEqual({ text: 'HI' });
  });

  test('describes health', async () => {
    const server = await serve({});
    const url = `http://127.0.0.1:${server.grpcPort}/grpc.health.v1.Health/Check`;
    expect(JSON.parse(await curl('-d', '{"service":"test.v1.EchoService"}', url))).toEqual({
      status: 'SERVING',
    });
  });
});
