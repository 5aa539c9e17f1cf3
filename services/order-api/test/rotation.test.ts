import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '@order-pipeline/local/redis-server';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { call, logIn, type TestApi } from './harness.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const OLD = 'k1:the-signing-key-of-yesterday-0123456789';
const NEW = 'k2:the-signing-key-of-today-0123456789-abc';

let stack: TestStack;
let folder: string;
let api: TestApi;
let child: ChildProcess;

/** Mounts a secret as Kubernetes does: files behind a symlink that is swapped as a whole. */
async function mount(version: string, text: string): Promise<string> {
  await mkdir(join(folder, version));
  await writeFile(join(folder, version, 'keys'), text);
  await symlink(version, join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  return join(folder, '..data', 'keys');
}

beforeAll(async () => {
  stack = await startTestStack();
  folder = await mkdtemp(join(tmpdir(), 'rotation-'));
  const port = await freePort();
  const env = {
    ...process.env,
    ...stack.env,
    LOG_LEVEL: 'info',
    PORT: String(port),
    RATE_LIMIT: '1000000/minute',
    POLL_RATE_LIMIT: '1000000/minute',
    URL_SIGNING_KEYS_FILE: await mount('..1', OLD),
  };
  let logs = '';
  child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout?.on('data', (chunk) => {
    logs += chunk;
  });
  api = { url: `http://localhost:${port}`, logs: () => logs, stop: async () => void child.kill('SIGTERM') };
  await until(
    'the API to be ready',
    async () => (await call(`${api.url}/ready`).catch(() => undefined))?.status === 200,
  );
});

afterAll(async () => {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await api.stop();
  await ended;
  await rm(folder, { recursive: true });
  await stack.stop();
});

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('a new signing key is used without a restart and without a failed request', async () => {
  const headers = await logIn(api, 'rotator');
  const failures: number[] = [];
  const polls: string[] = [];
  let ended = false;
  const place = async () => {
    const placed = await call(`${api.url}/orders`, { json: { user_id: 'rotator', amount: 999 }, headers });
    if (placed.status !== 202) failures.push(placed.status);
    else polls.push(placed.body.poll_url);
  };
  const poll = async () => {
    const url = polls[Math.floor(polls.length / 2)];
    if (!url) return;
    const answer = await call(url);
    if (answer.status !== 200) failures.push(answer.status);
  };
  await place();
  const old = polls[0] ?? '';
  expect(old).toContain('key_id=k1');
  const load = Array.from({ length: 8 }, async (_, index) => {
    while (!ended) await (index % 2 === 0 ? place() : poll());
  });

  await mount('..2', `${NEW},${OLD}`);
  await until('new signatures', async () => polls.at(-1)?.includes('key_id=k2') ?? false);
  // Some more, all by the new key.
  const from = polls.length;
  await until('more orders', async () => polls.length > from + 20);
  ended = true;
  await Promise.all(load);

  expect(failures).toEqual([]);
  // Requests that were under way at the change may still have been signed with the old key.
  expect(polls.slice(from + 8).filter((url) => !url.includes('key_id=k2'))).toEqual([]);
  expect((await call(old)).status).toBe(200);
  expect((await call(polls.at(-1) ?? '')).status).toBe(200);
  expect(api.logs()).toContain('secret reloaded');
  expect(api.logs()).not.toContain('signing-key-of');

  await mount('..3', NEW);
  await until('the old key to be withdrawn', async () => (await call(old)).status === 403);
});
