import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, jest, test } from '@jest/globals';
import { stopWithNpm } from '../src/npm-parent.js';
import { busyPorts, freePortSettings } from './free-ports.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STOP_TIMEOUT_MS = 25_000;

test('npm start that gets SIGTERM stops every process', async () => {
  const settings = await freePortSettings();
  // The programs are built already; --ignore-scripts leaves out prestart.
  const npm = spawn('npm', ['start', '--ignore-scripts'], {
    cwd: ROOT,
    env: { ...process.env, ...settings, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: npm.stdout })) if (line.startsWith('Ready.')) break;
  npm.stdout.resume();
  expect(await busyPorts(settings)).not.toEqual([]);
  npm.kill('SIGTERM');
  const end = performance.now() + STOP_TIMEOUT_MS;
  let busy = await busyPorts(settings);
  while (busy.length > 0 && performance.now() < end) {
    await sleep(200);
    busy = await busyPorts(settings);
  }
  expect(busy).toEqual([]);
});

afterEach(() => {
  jest.useRealTimers();
});

test.each([
  ['under npm', { npm_lifecycle_event: 'start' }, ['SIGTERM']],
  ['outside of npm', {}, []],
])('%s, the end of the parent is a signal', (_, env, expected) => {
  const signals: string[] = [];
  const child = { env, ppid: 7, emit: (signal: string) => signals.push(signal) };
  jest.useFakeTimers();
  stopWithNpm(child, 1);
  jest.advanceTimersByTime(20);
  expect(signals).toEqual([]);
  child.ppid = 1;
  jest.advanceTimersByTime(20);
  expect(signals).toEqual(expected);
});
