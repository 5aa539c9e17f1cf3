import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { v7 as uuidv7 } from 'uuid';
import { LOCAL_URL_SIGNING_KEYS } from '../src/config.js';
import { parseKeyRing } from '../src/keys.js';
import { signOrder, toSignedPath } from '../src/orders/poll-url.js';
import { Slots } from '../src/orders/slots.js';
import { type ApiProcess, startApiProcess } from './api-process.js';
import { call, putRecord, startApi, type TestApi, toRecord } from './harness.js';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});

afterAll(() => stack.stop());

function toPath(orderId: string, action = ''): string {
  const [key] = parseKeyRing(LOCAL_URL_SIGNING_KEYS) ?? [];
  if (!key) throw new Error('no key');
  const expires = Math.floor(Date.now() / 1_000) + 3_600;
  return toSignedPath(orderId, signOrder([key], orderId, expires)).replace('?', `${action}?`);
}

test('slots count by process, order and user, and are released', () => {
  const slots = new Slots({ perProcess: 3, perOrder: 2, perUser: 1 });
  slots.take('a');
  slots.take('a');
  expect(() => slots.take('a')).toThrow('Too many clients wait for this order.');
  slots.take('b');
  expect(() => slots.take('c')).toThrow('too many waiting clients');
  slots.takeUser('u');
  expect(() => slots.takeUser('u')).toThrow('Too many clients wait for orders of this user.');
  slots.release('a', 'u');
  slots.takeUser('u');
  slots.take('c');
  expect(slots.taken).toBe(3);
});

describe('waiting clients', () => {
  let api: TestApi;

  beforeAll(async () => {
    const limits = { MAX_WAITING: '6', MAX_WAITING_PER_ORDER: '2', MAX_WAITING_PER_USER: '3' };
    api = await startApi(stack, limits);
  });

  afterAll(() => api.stop());

  const waitFor = (orderId: string, signal: AbortSignal) =>
    call(api.url + toPath(orderId), { headers: { Prefer: 'wait=20' }, signal }).catch(() => undefined);

  const waitingNow = async () =>
    Number(/^waiting_clients (\d+)/m.exec((await call(`${api.url}/metrics`)).body)?.[1]);

  async function untilWaiting(count: number): Promise<void> {
    while ((await waitingNow()) !== count) await sleep(10);
  }

  test.each(['', '/events'])('are refused beyond the limits: %s', async (action) => {
    const gone = new AbortController();
    const held = [uuidv7(), uuidv7(), uuidv7()].flatMap((id) => [
      waitFor(id, gone.signal),
      waitFor(id, gone.signal),
    ]);
    await untilWaiting(6);
    const refused = await call(api.url + toPath(uuidv7(), action), { headers: { Prefer: 'wait=20' } });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.body.detail).toContain('too many waiting clients');
    expect((await call(api.url + toPath(uuidv7()))).status).toBe(200);
    gone.abort();
    await Promise.all(held);
    await untilWaiting(0);
  });

  test('are refused beyond those of one order, and of one user', async () => {
    const gone = new AbortController();
    const [one, other] = [uuidv7(), uuidv7()];
    for (const id of [one, other]) await putRecord(stack, toRecord(id, 'crowd'));
    const held = [waitFor(one, gone.signal), waitFor(one, gone.signal)];
    await untilWaiting(2);
    const third = await call(api.url + toPath(one), { headers: { Prefer: 'wait=20' } });
    expect([third.status, third.body.detail]).toEqual([503, expect.stringContaining('this order')]);
    held.push(waitFor(other, gone.signal));
    await untilWaiting(3);
    const fourth = await call(api.url + toPath(other), { headers: { Prefer: 'wait=20' } });
    expect([fourth.status, fourth.body.detail]).toEqual([503, expect.stringContaining('this user')]);
    gone.abort();
    await Promise.all(held);
    await untilWaiting(0);
  });
});

describe('one waiting client', () => {
  /** Few enough that all are open within the 20 s that a poll waits, on a busy machine too. */
  const CLIENTS = 1_000;
  /** Prints the memory in use after a collection, on SIGUSR2. */
  const MEMORY =
    "import v8 from 'node:v8'; import vm from 'node:vm'; v8.setFlagsFromString('--expose-gc');" +
    "const gc = vm.runInNewContext('gc'); process.on('SIGUSR2', () => { for (let n = 0; n < 3; n++) gc();" +
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text is code
    'const { heapUsed, external } = process.memoryUsage(); console.log(`MEMORY ${heapUsed + external}`); });';
  let api: ApiProcess;

  beforeAll(async () => {
    api = await startApiProcess(stack, {}, [`--import=data:text/javascript,${encodeURIComponent(MEMORY)}`]);
  });

  afterAll(() => api.stop());

  async function measure(): Promise<number> {
    const before = api.logs().length;
    api.child.kill('SIGUSR2');
    for (;;) {
      const [, bytes] = /MEMORY (\d+)/.exec(api.logs().slice(before)) ?? [];
      if (bytes) return Number(bytes);
      await sleep(20);
    }
  }

  /** Measures until less than 100 KB has been freed since the last time: connections end a little after their clients have left. */
  async function measureSettled(): Promise<number> {
    for (let last = await measure(); ; ) {
      const bytes = await measure();
      if (last - bytes < 100_000) return bytes;
      last = bytes;
    }
  }

  const open = (path: string, header: string, answered: boolean) =>
    new Promise<Socket>((resolve, reject) => {
      const socket = connect(Number(new URL(api.url).port), 'localhost', () => {
        socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${header}\r\n`);
        if (!answered) resolve(socket);
      });
      socket.once('data', () => resolve(socket));
      socket.once('error', reject);
    });

  const openMany = async (count: number, kind: 'events' | 'wait') => {
    const sockets: Socket[] = [];
    const action = kind === 'events' ? '/events' : '';
    const header = kind === 'wait' ? 'Prefer: wait=20\r\n' : '';
    while (sockets.length < count)
      sockets.push(
        ...(await Promise.all(
          Array.from({ length: 50 }, () => open(toPath(uuidv7(), action), header, kind === 'events')),
        )),
      );
    return sockets;
  };

  const untilWaiting = async (count: number) => {
    for (;;) {
      const { body } = await call(`${api.url}/metrics`);
      if (Number(/^waiting_clients (\d+)/m.exec(body)?.[1]) === count) return;
      await sleep(50);
    }
  };

  test.each(['events', 'wait'] as const)('%s: keeps less than 20 KB', async (kind) => {
    // As many as are measured, so that tables have grown and code is compiled.
    for (const socket of await openMany(CLIENTS, kind)) socket.destroy();
    await untilWaiting(0);
    const before = await measureSettled();
    const sockets = await openMany(CLIENTS, kind);
    await untilWaiting(CLIENTS);
    const perClient = ((await measureSettled()) - before) / CLIENTS;
    for (const socket of sockets) socket.destroy();
    await untilWaiting(0);
    expect(perClient).toBeLessThan(20_000);
    expect(perClient).toBeGreaterThan(1_000);
  });
});
