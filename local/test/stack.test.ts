import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type LocalConfig, loadLocalConfig } from '../src/config.js';
import { checkHttp, untilPasses } from '../src/ready.js';
import { LocalStack } from '../src/stack.js';
import { freePortSettings } from './free-ports.js';
import { isAlive } from './programs.js';

let stack: LocalStack;
let config: LocalConfig;
const told = new EventEmitter();

beforeAll(async () => {
  config = loadLocalConfig(await freePortSettings());
  stack = new LocalStack({
    config,
    environment: { PATH: process.env.PATH, LOG_LEVEL: 'warn' },
    onLine: () => undefined,
    say: (line) => told.emit('said', line),
  });
  await stack.start();
});

afterAll(() => stack.stop());

const kill = (name: string) => stack.processes.get(name)?.kill('SIGKILL');
const untilReady = () =>
  untilPasses('the processor', () => checkHttp(`http://localhost:${config.ports.processor}/ready`), 30_000);

test('works without Redis', async () => {
  kill('redis');
  expect(await once(told, 'said')).toEqual(['redis ended (killed by SIGKILL); going on without it']);
  await checkHttp(`http://localhost:${config.ports.api}/health`);
});

test('starts a service again that died', async () => {
  const first = stack.processes.get('order-processor')?.pid;
  kill('order-processor');
  expect(await once(told, 'said')).toEqual(['order-processor ended (killed by SIGKILL); starting it again']);
  await untilReady();
  expect(stack.processes.get('order-processor')?.pid).not.toBe(first);
});

test('cannot continue without an emulator, and leaves no process behind', async () => {
  const pids = [...stack.processes.values()].map(({ pid }) => pid);
  kill('dynamodb');
  await expect(stack.failed).rejects.toThrow(
    'dynamodb ended (killed by SIGKILL); the stack cannot go on without it',
  );
  await stack.stop();
  expect(pids.filter(isAlive)).toEqual([]);
  expect([...stack.processes.values()].filter(({ running }) => running)).toEqual([]);
});
