/** `orders listen` and `orders simulate` as programs, against the real stack. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type OrderEvent, verifyWebhook } from '@order-pipeline/client';
import { type E2eStack, startE2eStack } from '../src/stack.js';

let system: E2eStack;
let receiver: Server;
const bodies: { readonly body: Buffer; readonly headers: NodeJS.Dict<string | string[]> }[] = [];

beforeAll(async () => {
  system = await startE2eStack({ env: { LOGIN_RATE_LIMIT: '1000000/minute' } });
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    bodies.push({ body: Buffer.concat(chunks), headers: request.headers });
    response.writeHead(204).end();
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
});

afterAll(async () => {
  await new Promise((done) => receiver.close(done));
  await system.stack.stop();
});

interface Program {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}

function orders(...args: string[]): Program {
  const env = {
    PATH: process.env.PATH,
    LOCAL_SQS_PORT: String(system.ports.sqs),
    ORDER_API_PORT: String(system.ports.api),
  };
  const child = spawn(process.execPath, ['scripts/orders.mjs', ...args], { env });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  const exit = new Promise<number | null>((done) => child.once('exit', done));
  return { process: child, output: () => text, exit };
}

async function until(program: Program, pattern: RegExp, count = 1): Promise<RegExpMatchArray> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const matches = [...program.output().matchAll(pattern)];
    if (matches[0] && matches.length >= count) return matches[0];
    if (Date.now() > deadline) throw new Error(`not printed: ${pattern}\n${program.output()}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

test('listen forwards every event of simulated traffic with a valid signature', async () => {
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks`;
  const listener = orders('listen', '--forward-to', url);
  const [, secret = ''] = await until(listener, /Signing secret: (\S+)/g);
  const traffic = orders('simulate', '--rate', '10', '--minutes', '0.05', '--users', '3');
  expect([await traffic.exit, traffic.output()]).toEqual([
    0,
    expect.stringMatching(/placed 30 {2}final 30 .*failed 0/),
  ]);
  await until(listener, /order\.\w+ +[0-9a-f-]{36} +-> +204 \(\d+ ms\)/g, 30);
  const events: OrderEvent[] = [];
  for (const { body, headers } of bodies) events.push(await verifyWebhook(body, headers, secret));
  expect(new Set(events.map(({ subject }) => subject)).size).toBe(30);
  listener.process.kill('SIGINT');
  expect(await listener.exit).toBe(0);
});

test.each([
  [['listen', '--forward-to', 'nonsense'], 2, /--forward-to is not a URL/],
  [['simulate', '--rate', 'fast'], 2, /--rate takes a number/],
])('orders %j', async (args, code, text) => {
  const program = orders(...args);
  expect(await program.exit).toBe(code);
  expect(program.output()).toMatch(text);
});
