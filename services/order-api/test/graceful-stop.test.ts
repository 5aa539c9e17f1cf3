import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { json as readJson } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { type ApiProcess, startApiProcess } from './api-process.js';
import { logIn } from './harness.js';

const CLIENTS = 16;
/** Long enough for a busy machine to see that the process is not ready and to stop sending. */
const DRAIN_DELAY_MS = 4_000;

let stack: TestStack;
let api: ApiProcess;

beforeAll(async () => {
  stack = await startTestStack();
  api = await startApiProcess(stack, { DRAIN_DELAY_MS: String(DRAIN_DELAY_MS), LOG_LEVEL: 'info' });
});

afterAll(async () => {
  api.child.kill('SIGKILL');
  await stack.stop();
});

interface Sent {
  readonly status: number;
  readonly atMs: number;
  readonly connection: string | undefined;
}

/** Sends over a keep-alive connection, as a load balancer does. Rejects with what happens to the connection. */
async function send(agent: Agent, path: string, token?: string, body?: object): Promise<Sent> {
  const outgoing = request(api.url + path, {
    agent,
    method: body ? 'POST' : 'GET',
    headers: { 'Content-Type': 'application/json', ...(token && { Authorization: token }) },
  });
  outgoing.end(body && JSON.stringify(body));
  const [incoming] = await once(outgoing, 'response');
  await readJson(incoming);
  return { status: incoming.statusCode, atMs: performance.now(), connection: incoming.headers.connection };
}

test('SIGTERM under load resets no connection and loses no request', async () => {
  const { Authorization } = await logIn(api, 'load');
  let inService = true;
  const failures: unknown[] = [];
  const sent: Sent[] = [];
  const clients = Array.from({ length: CLIENTS }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (inService)
      await send(agent, '/orders', Authorization, { user_id: 'load', amount: 1 }).then(
        (answer) => sent.push(answer),
        (error) => failures.push(error),
      );
    agent.destroy();
  });
  while (sent.length < 200 && failures.length === 0) await sleep(10);
  const exited = once(api.child, 'exit');
  const signalledMs = performance.now();
  api.child.kill('SIGTERM');
  // The load balancer: it takes the process out of service when it is not ready.
  const probe = new Agent({ keepAlive: false });
  let notReadyMs = 0;
  while (notReadyMs === 0) {
    const { status } = await send(probe, '/ready');
    if (status === 503) notReadyMs = performance.now();
  }
  const isLate = ({ atMs }: Sent) => atMs > notReadyMs + 100;
  while (sent.filter(isLate).length < 100 && failures.length === 0) await sleep(10);
  inService = false;
  await Promise.all(clients);
  expect(failures).toEqual([]);
  expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([202]));
  const late = sent.filter(isLate);
  expect(late.length).toBeGreaterThan(0);
  expect(new Set(late.map(({ connection }) => connection))).toEqual(new Set(['close']));
  expect(notReadyMs - signalledMs).toBeLessThan(DRAIN_DELAY_MS);
  expect((await exited)[0]).toBe(0);
});

test('connections on which nothing was ever sent do not hold the process', async () => {
  const idle = await startApiProcess(stack);
  const sockets = [1, 2, 3].map(() => connect(Number(new URL(idle.url).port), 'localhost'));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  // Closed or reset: nothing was sent, so nothing is lost.
  for (const socket of sockets) socket.on('error', () => undefined);
  const gone = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  await idle.stop();
  await Promise.all(gone);
  expect(idle.child.exitCode).toBe(0);
});
