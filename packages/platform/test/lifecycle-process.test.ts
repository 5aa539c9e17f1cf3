/** The lifecycle as operators see it: a process, its signals, its exit code and what it prints. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { closeServer, listen } from '../src/listen.js';

const PROGRAM = fileURLToPath(new URL('./lifecycle-program.ts', import.meta.url));
const children: ReturnType<typeof spawn>[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Starts the program; `listening` resolves when it listens, `ended` with its exit code and all that it printed. */
function run(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [PROGRAM], {
    env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1', TABLE: 'orders', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const output: string[] = [];
  const listening = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        output.push(line);
        if (line.startsWith('listening')) resolve();
      });
    }
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, output }));
  return { child, listening, ended };
}

const messages = (output: readonly string[]) =>
  output.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line).msg] : []));

test.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 on %s', async (signal) => {
  const { child, listening, ended } = run({});
  await listening;
  child.kill(signal);
  const { code, output } = await ended;
  expect(messages(output)).toEqual(['stopping', 'stopped']);
  expect(code).toBe(0);
});

test('ends with 78 on a bad configuration, lists every problem, and opens no port', async () => {
  const { ended } = run({ PORT: '99999', TABLE: '', STOP_TIMEOUT_MS: 'soon' });
  expect(await ended).toEqual({
    code: 78,
    output: [
      'shop: The configuration has 3 problem(s):',
      '  PORT is too large: set a whole number from 0 to 65535',
      '  TABLE is not set: name the table',
      '  STOP_TIMEOUT_MS is not a whole number: set a whole number from 1 to 60000',
    ],
  });
});

test('ends with 1 on a busy port and names the variable that moves it', async () => {
  const server = createServer();
  const port = await listen(server, 0, 'PORT');
  const { code, output } = await run({ PORT: String(port) }).ended;
  await closeServer(server);
  expect(messages(output)).toEqual([
    `Port ${port} is in use: stop what listens there, or set PORT to a free port`,
  ]);
  expect(code).toBe(1);
});

test('ends with 1 when it still runs after the time to stop', async () => {
  const { child, listening, ended } = run({ FAULT: 'stop', STOP_TIMEOUT_MS: '20' });
  await listening;
  child.kill('SIGTERM');
  const { code, output } = await ended;
  expect(messages(output)).toEqual(['stopping', 'could not stop']);
  expect(code).toBe(1);
});

test.each(['uncaughtException', 'unhandledRejection'])('ends with 1 on an %s', async (fault) => {
  const { code, output } = await run({ FAULT: fault }).ended;
  expect(messages(output)).toEqual([`${fault}: stopping at once, a restart continues from what is stored`]);
  expect(code).toBe(1);
});
