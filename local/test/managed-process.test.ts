import { EventEmitter, once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { ManagedProcess, type ManagedProcessOptions } from '../src/managed-process.js';
import { isAlive, program, RUNS, RUNS_ON } from './programs.js';

const started: ManagedProcess[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((managed) => managed.stop(0)));
});

/** Creates a process with its events: `line` with its output, `death` with its end. */
function createProcess(args: readonly string[], options: Partial<ManagedProcessOptions> = {}) {
  const told = new EventEmitter();
  const lines: string[] = [];
  const managed = new ManagedProcess({
    name: 'shop',
    command: process.execPath,
    args,
    env: { GREETING: 'hello', LEFT_OUT: undefined },
    onLine: (name, line) => {
      lines.push(`${name}: ${line}`);
      told.emit('line', line);
    },
    onDeath: (_, ending) => told.emit('death', ending),
    ...options,
  });
  started.push(managed);
  return { managed, told, lines };
}

test('runs a program with its own environment and passes on what it prints', async () => {
  const { managed, told, lines } = createProcess(
    program("console.log(process.env.GREETING, 'LEFT_OUT' in process.env); console.error('warning');"),
  );
  expect(managed.running).toBe(false);
  managed.start();
  expect(managed.running).toBe(true);
  expect(isAlive(managed.pid)).toBe(true);
  const [ending] = await once(told, 'death');
  expect(ending).toEqual({ how: 'exit code 0', exitCode: 0 });
  expect(lines.toSorted()).toEqual(['shop: hello false', 'shop: ready', 'shop: warning']);
  expect(managed.running).toBe(false);
  expect(managed.pid).toBeUndefined();
});

test.each([
  ['exit code 3', program('process.exitCode = 3;'), { how: 'exit code 3', exitCode: 3 }],
  ['a signal', program("process.kill(process.pid, 'SIGKILL');"), { how: 'killed by SIGKILL' }],
])('tells of a death by %s', async (_, args, ending) => {
  const { managed, told } = createProcess(args);
  managed.start();
  expect(await once(told, 'death')).toEqual([ending]);
});

test('tells that a program cannot start', async () => {
  const { managed, told } = createProcess([], { command: 'no-such-program' });
  managed.start();
  expect(await once(told, 'death')).toEqual([{ how: 'spawn no-such-program ENOENT' }]);
  expect(managed.running).toBe(false);
});

test('starts again after a death', async () => {
  const { managed, told } = createProcess(RUNS);
  for (const _ of [1, 2]) {
    managed.start();
    await once(told, 'line');
    managed.kill('SIGKILL');
    expect(await once(told, 'death')).toEqual([{ how: 'killed by SIGKILL' }]);
  }
});

test('a stop ends the process, is no death, and may be repeated', async () => {
  const { managed, told } = createProcess(RUNS);
  told.on('death', () => {
    throw new Error('told of a death');
  });
  managed.start();
  const { pid } = managed;
  await once(told, 'line');
  await managed.stop(60_000);
  await managed.stop(60_000);
  expect(isAlive(pid)).toBe(false);
});

test('a stop kills a process that does not end in time', async () => {
  const { managed, told, lines } = createProcess(RUNS_ON);
  managed.start();
  const { pid } = managed;
  await once(told, 'line');
  await managed.stop(200);
  expect(isAlive(pid)).toBe(false);
  expect(lines).toEqual(['shop: ready', 'shop: no']);
});
