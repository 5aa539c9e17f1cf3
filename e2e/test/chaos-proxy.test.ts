/** The faulty networks inject exactly the faults that they are set to. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startSqsEmulator } from '@order-pipeline/local/emulators';
import { untilPasses } from '@order-pipeline/local/ready';
import { createSqs } from '@order-pipeline/platform/aws';
import { ActiveFaults } from '../src/chaos/active-faults.js';
import { DYNAMODB, PROVIDER, SNS, SQS } from '../src/chaos/dialects.js';
import { startHttpProxy } from '../src/chaos/http-proxy.js';
import { QueueFaults } from '../src/chaos/queue-faults.js';
import type { HttpFault, TcpFault } from '../src/chaos/schedule.js';
import { startTcpProxy } from '../src/tcp-proxy.js';

const ALL = 1;
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function portOf(server: { address(): AddressInfo | string | null }): number {
  return (server.address() as AddressInfo).port;
}

describe('the HTTP proxy', () => {
  /** A server that remembers what reached it, behind a proxy. */
  async function start(dialect = SQS, onRequest?: (operation: string, body: Buffer) => Buffer) {
    const hits: HttpFault[] = [];
    const reached: string[] = [];
    const server: Server = createServer(async (request, response) => {
      reached.push(await text(request));
      response.writeHead(200, { 'x-served': 'yes' }).end('{"Successful":[{"Id":"b"}]}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const faults = new ActiveFaults<HttpFault>(
      () => 0,
      (fault) => hits.push(fault),
    );
    const proxy = await startHttpProxy({
      targetPort: portOf(server),
      dialect,
      faults,
      observers: onRequest ? [{ onRequest }] : [],
    });
    cleanups.push(
      () => {
        server.close();
        server.closeAllConnections();
      },
      proxy.stop,
      () => faults.clear(),
    );
    const post = (target: string, init: RequestInit = {}) =>
      fetch(`http://127.0.0.1:${proxy.port}/`, {
        method: 'POST',
        headers: { 'x-amz-target': target },
        body: 'hello',
        ...init,
      });
    return { faults, hits, reached, post, settled: () => proxy.settled() };
  }

  test('passes requests and answers on', async () => {
    const { post, reached, hits } = await start();
    const response = await post('AmazonSQS.SendMessage');
    expect([response.status, response.headers.get('x-served'), await response.text()]).toEqual([
      200,
      'yes',
      '{"Successful":[{"Id":"b"}]}',
    ]);
    expect({ reached, hits }).toEqual({ reached: ['hello'], hits: [] });
  });

  test('lets a request be changed on its way', async () => {
    const { post, reached } = await start(SQS, (operation, body) => Buffer.from(`${operation} ${body}`));
    await post('AmazonSQS.SendMessage');
    expect(reached).toEqual(['SendMessage hello']);
  });

  test.each([
    ['error', SQS, 500, /com.amazonaws#InternalServerError/],
    ['error', DYNAMODB, 500, /com.amazonaws#InternalServerError/],
    ['throttle', SQS, 400, /com.amazonaws#ThrottlingException/],
    ['throttle', DYNAMODB, 400, /com.amazonaws#ProvisionedThroughputExceededException/],
    ['error', SNS, 500, /<Code>InternalError</],
    ['error', PROVIDER, 500, /api_error/],
  ] as const)('answers %s as the server would', async (fault, dialect, status, body) => {
    const { faults, post, reached, hits } = await start(dialect);
    void faults.openFor(60_000, fault, ALL, 0);
    const response = await post('AmazonSQS.SendMessage');
    expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(body)]);
    expect({ reached, hits }).toEqual({ reached: [], hits: [fault] });
  });

  test.each([
    ['cut-before', []],
    ['cut-after', ['hello']],
  ] as const)('%s loses the connection', async (fault, expected) => {
    const { faults, post, reached, hits } = await start();
    void faults.openFor(60_000, fault, ALL, 0);
    await expect(post('AmazonSQS.SendMessage')).rejects.toThrow('fetch failed');
    expect({ reached, hits }).toEqual({ reached: expected, hits: [fault] });
  });

  test('a write takes effect after its caller timed out', async () => {
    const { faults, post, reached, hits, settled } = await start();
    void faults.openFor(60_000, 'late', ALL, 200);
    const impatient = post('AmazonSQS.SendMessage', { signal: AbortSignal.timeout(50) });
    await expect(impatient).rejects.toThrow('timeout');
    expect(reached).toEqual([]);
    await settled();
    expect({ reached, hits }).toEqual({ reached: ['hello'], hits: ['late'] });
  });

  test('only writes take effect late', async () => {
    const { faults, post, hits } = await start();
    void faults.openFor(60_000, 'late', ALL, 60_000);
    expect((await post('AmazonSQS.ReceiveMessage')).status).toBe(200);
    expect(hits).toEqual([]);
  });

  test('some entries of a batch fail, and the others go through', async () => {
    const { faults, post, reached } = await start();
    void faults.openFor(60_000, 'partial', ALL, 0);
    const batch = (...ids: string[]) =>
      post('AmazonSQS.DeleteMessageBatch', { body: JSON.stringify({ Entries: ids.map((Id) => ({ Id })) }) });
    const failure = (Id: string) => ({ Id, Code: 'InternalError', Message: 'injected', SenderFault: false });
    expect(await (await batch('a', 'b', 'c')).json()).toEqual({
      Successful: [{ Id: 'b' }],
      Failed: [failure('a'), failure('c')],
    });
    expect(await (await batch('a')).json()).toEqual({ Successful: [], Failed: [failure('a')] });
    expect(reached).toEqual(['{"Entries":[{"Id":"b"}]}']);
  });

  test('a slow request arrives', async () => {
    const { faults, post, reached, hits } = await start();
    void faults.openFor(60_000, 'latency', ALL, 50);
    await post('AmazonSQS.SendMessage', { body: 'patient' });
    expect({ reached, hits }).toEqual({ reached: ['patient'], hits: ['latency'] });
  });
});

test('a fault stays until it has hit something', async () => {
  const hits: HttpFault[] = [];
  const lookedTwice = Promise.withResolvers<void>();
  let sleeps = 0;
  const faults = new ActiveFaults<HttpFault>(
    () => 0.9,
    (fault) => hits.push(fault),
    () => {
      sleeps += 1;
      if (sleeps === 3) lookedTwice.resolve();
      return new Promise((resolve) => setImmediate(resolve));
    },
  );
  const ended = faults.openFor(1, 'error', 0.5, 0);
  await Promise.race([lookedTwice.promise, ended]);
  expect(faults.has('error')).toBe(true);
  expect(faults.draw()).toMatchObject({ fault: 'error' });
  expect(faults.draw()).toBeUndefined();
  await ended;
  expect([faults.has('error'), hits]).toEqual([false, ['error']]);
});

describe('the TCP proxy', () => {
  async function start() {
    const hits: TcpFault[] = [];
    const sockets = new Set<Socket>();
    const server = createTcpServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).pipe(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const faults = new ActiveFaults<TcpFault>(
      () => 0,
      (fault) => hits.push(fault),
    );
    const proxy = await startTcpProxy({ targetPort: portOf(server), faults });
    cleanups.push(
      () => {
        server.close();
        for (const socket of sockets) socket.destroy();
      },
      proxy.stop,
      () => faults.clear(),
    );
    const dial = () => {
      const socket = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
      cleanups.push(() => socket.destroy());
      return socket;
    };
    const echo = async (socket: Socket, data: string) => {
      socket.write(data);
      return String((await once(socket, 'data'))[0]);
    };
    return { faults, hits, dial, echo };
  }

  const untilClosed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

  test('passes data on, with the configured delay', async () => {
    const { faults, hits, dial, echo } = await start();
    const socket = dial();
    expect(await echo(socket, 'a')).toBe('a');
    void faults.openFor(60_000, 'latency', ALL, 20);
    expect(await echo(socket, 'b')).toBe('b');
    expect(hits).toEqual(['latency', 'latency']);
  });

  test('cuts connections', async () => {
    const { faults, hits, dial, echo } = await start();
    const socket = dial();
    await echo(socket, 'a');
    const closed = untilClosed(socket);
    void faults.openFor(60_000, 'cut', ALL, 0);
    await closed;
    expect(hits).toContain('cut');
  });

  test('refuses connections, and cuts open ones', async () => {
    const { faults, hits, dial, echo } = await start();
    const old = dial();
    await echo(old, 'a');
    const closed = untilClosed(old);
    void faults.openFor(60_000, 'refuse', ALL, 0);
    await closed;
    expect(hits).toEqual([]);
    await untilClosed(dial());
    expect(hits).toEqual(['refuse']);
    faults.clear();
    expect(await echo(dial(), 'b')).toBe('b');
  });
});

describe('a disturbed queue', () => {
  test('delivers messages twice, late, and again while they are worked on', async () => {
    const emulator = await startSqsEmulator();
    const hits = { duplicate: 0, reorder: 0, expire: 0 };
    const messages = new QueueFaults({
      sqsPort: emulator.port,
      random: () => 0,
      onHit: (fault) => {
        hits[fault] += 1;
      },
    });
    const proxy = await startHttpProxy({
      targetPort: emulator.port,
      dialect: SQS,
      faults: new ActiveFaults<HttpFault>(
        () => 0,
        () => undefined,
      ),
      observers: [messages],
    });
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${proxy.port}`,
    });
    const sqs = createSqs({ region: 'us-east-1', maxAttempts: 1, requestTimeoutMs: 5_000 });
    cleanups.push(emulator.stop, proxy.stop, () => sqs.destroy());
    await sqs.send(new CreateQueueCommand({ QueueName: 'disturbed' }));
    const QueueUrl = `http://127.0.0.1:${proxy.port}/000000000000/disturbed`;
    const ids = Array.from({ length: 10 }, (_, index) => String(index));
    await sqs.send(
      new SendMessageBatchCommand({ QueueUrl, Entries: ids.map((Id) => ({ Id, MessageBody: Id })) }),
    );
    const received: string[] = [];
    const shownAgain: string[] = [];
    await untilPasses(
      'every message',
      async () => {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: 10,
            MessageSystemAttributeNames: ['ApproximateReceiveCount'],
          }),
        );
        for (const { Body = '', Attributes, ReceiptHandle } of Messages) {
          if (Attributes?.ApproximateReceiveCount === '1') received.push(Body);
          else shownAgain.push(Body);
          if (shownAgain.includes(Body))
            await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        }
        expect(shownAgain.length).toBeGreaterThan(0);
        expect(received.length).toBeGreaterThanOrEqual(11);
      },
      10_000,
    );
    messages.stop();
    expect(received.toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6', '6', '7', '8', '9']);
    expect(received.indexOf('9')).toBeGreaterThan(received.indexOf('8'));
    expect(hits).toMatchObject({ duplicate: 1, reorder: 2 });
    expect(hits.expire).toBeGreaterThan(0);
  });
});
