/** `orders listen` in this process, on emulators. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { createSns, createSqs } from '@order-pipeline/platform/aws';
import { EventPublisher } from '@order-pipeline/platform/sns/event-publisher';
import { Webhook } from 'standardwebhooks';
import { type ListenHost, runListen } from '../src/listen/command.js';
import { createEvent } from './fixtures.js';

const AWS = { region: 'us-east-1', maxAttempts: 3, requestTimeoutMs: 5_000 };

let stack: TestStack;
let sns: SNSClient;
let publisher: EventPublisher;
let receiver: Server;
let received: { readonly headers: Record<string, string>; readonly body: string }[];
let url: string;

beforeAll(async () => {
  stack = await startTestStack();
  sns = createSns(AWS);
  publisher = new EventPublisher({ sns, topicArn: stack.env.ORDER_EVENTS_TOPIC_ARN ?? '' });
  received = [];
  receiver = createServer(async (request, response) => {
    received.push({ headers: request.headers as Record<string, string>, body: await text(request) });
    response.writeHead(204).end();
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks`;
});

afterAll(async () => {
  await new Promise((done) => receiver.close(done));
  sns.destroy();
  await stack.stop();
});

/** Runs the command; `onLine` sees every line it prints. */
async function run(args: readonly string[], host: Partial<ListenHost> = {}, onLine = (_: string) => {}) {
  let [out, err] = ['', ''];
  const code = await runListen(args, {
    env: stack.env,
    out: (line) => {
      out += line;
      onLine(line);
    },
    err: (line) => {
      err += line;
    },
    signal: new AbortController().signal,
    ...host,
  });
  return { code, out, err };
}

async function listQueues(): Promise<string[]> {
  const sqs = createSqs(AWS);
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'webhook-listen' }));
  sqs.destroy();
  return QueueUrls;
}

describe('orders listen', () => {
  test('forwards the events of the named types with a valid signature, and leaves no queue behind', async () => {
    const stop = new AbortController();
    const result = await run(
      ['--forward-to', url, '--events', 'order.completed'],
      { signal: stop.signal },
      async (line) => {
        if (line.startsWith('Forwarding'))
          for (const event of [createEvent('o1', 'refunded'), createEvent('o2', 'completed')])
            await publisher.publish(event);
        if (line.includes('->')) stop.abort();
      },
    );
    expect(result).toMatchObject({ code: 0, err: '' });
    expect(result.out).toMatch(/order\.completed +o2 +-> +204 \(\d+ ms\)/);
    expect(result.out).not.toMatch(/order\.refunded/);
    const secret = /Signing secret: (\S+)/.exec(result.out)?.[1] ?? '';
    expect(received).toHaveLength(1);
    for (const { body, headers } of received)
      expect(new Webhook(secret).verify(body, headers)).toMatchObject({ subject: 'o2' });
    expect(await listQueues()).toEqual([]);
  });

  test('prints why a receiver could not be reached, and continues', async () => {
    const stop = new AbortController();
    const { code, out } = await run(
      ['--forward-to', 'http://127.0.0.1:1', '--secret', 'whsec_c2VjcmV0'],
      { signal: stop.signal },
      async (line) => {
        if (line.startsWith('Forwarding')) await publisher.publish(createEvent('o3', 'completed'));
        if (line.includes('->')) stop.abort();
      },
    );
    expect(code).toBe(0);
    expect(out).toMatch(/Signing secret: whsec_c2VjcmV0\n/);
    expect(out).toMatch(/o3 +-> +.*ECONNREFUSED/);
  });

  test('works with the local stack only', async () => {
    const { code, err } = await run(['--forward-to', url], { env: { ...stack.env, STAGE: 'prod' } });
    expect([code, err]).toEqual([78, expect.stringContaining('unset STAGE')]);
  });

  test('says that no stack answers', async () => {
    const before = process.env.AWS_ENDPOINT_URL_SQS;
    process.env.AWS_ENDPOINT_URL_SQS = 'http://127.0.0.1:1';
    const { code, err } = await run(['--forward-to', url]);
    process.env.AWS_ENDPOINT_URL_SQS = before;
    expect([code, err]).toEqual([1, expect.stringContaining('is the local stack running?')]);
  });

  test.each([
    { args: ['--help'], code: 0, out: /^Usage: / },
    { args: [], code: 2, err: /name a URL with --forward-to/ },
    { args: ['--forward-to', 'nonsense'], code: 2, err: /--forward-to is not a URL/ },
    {
      args: ['--forward-to', 'http://a', '--events', 'order.eaten'],
      code: 2,
      err: /no event type order.eaten/,
    },
    { args: ['--forward-to', 'http://a', '--secret', 'mine'], code: 2, err: /--secret has the form whsec_/ },
    { args: ['--to', 'http://a'], code: 2, err: /Unknown option '--to'/ },
  ])('$args answers $code', async ({ args, code, out = /^$/, err = /^$/ }) => {
    const ended = await run(args);
    expect(ended.code).toBe(code);
    expect(ended.out).toMatch(out);
    expect(ended.err).toMatch(err);
  });
});
