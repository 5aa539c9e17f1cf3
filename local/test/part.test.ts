import { EventEmitter, once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { Part, type PartOptions } from '../src/part.js';
import { isAlive, program, RUNS, RUNS_ON } from './programs.js';

const started: Part[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((part) => part.stop(0)));
});

/** A part and what it tells: `line` events with what it prints, `death` events with how it ended. */
function createPart(args: readonly string[], options: Partial<PartOptions> = {}) {
  const told = new EventEmitter();
  const lines: string[] = [];
  const part = new Part({
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
  started.push(part);
  return { part, told, lines };
}

test('runs a program with its own environment and passes on what it prints', async () => {
  const { part, told, lines } = createPart(
    program("console.log(process.env.GREETING, 'LEFT_OUT' in process.env); console.error('warning');"),
  );
  expect(part.running).toBe(false);
  part.start();
  expect(part.running).toBe(true);
  expect(isAlive(part.pid)).toBe(true);
  const [ending] = await once(told, 'death');
  expect(ending).toEqual({ how: 'exit code 0', exitCode: 0 });
  expect(lines.toSorted()).toEqual(['shop: hello false', 'shop: ready', 'shop: warning']);
  expect(part.running).toBe(false);
  expect(part.pid).toBeUndefined();
});

test.each([
  ['exit code 3', program('process.exitCode = 3;'), { how: 'exit code 3', exitCode: 3 }],
  ['a signal', program("process.kill(process.pid, 'SIGKILL');"), { how: 'killed by SIGKILL' }],
])('tells of a death by %s', async (_, args, ending) => {
  const { part, told } = createPart(args);
  part.start();
  expect(await once(told, 'death')).toEqual([ending]);
});

test('tells that a program cannot start', async () => {
  const { part, told } = createPart([], { command: 'no-such-program' });
  part.start();
  expect(await once(told, 'death')).toEqual([{ how: 'spawn no-such-program ENOENT' }]);
  expect(part.running).toBe(false);
});

test('starts again after a death', async () => {
  const { part, told } = createPart(RUNS);
  for (const _ of [1, 2]) {
    part.start();
    await once(told, 'line');
    part.kill('SIGKILL');
    expect(await once(told, 'death')).toEqual([{ how: 'killed by SIGKILL' }]);
  }
});

test('a stop ends the process, is no death, and may be repeated', async () => {
  const { part, told } = createPart(RUNS);
  told.on('death', () => {
    throw new Error('told of a death');
  });
  part.start();
  const { pid } = part;
  await once(told, 'line');
  await part.stop(60_000);
  await part.stop(60_000);
  expect(isAlive(pid)).toBe(false);
});

test('a stop kills a process that does not end in time', async () => {
  const { part, told, lines } = createPart(RUNS_ON);
  part.start();
  const { pid } = part;
  await once(told, 'line');
  await part.stop(200);
  expect(isAlive(pid)).toBe(false);
  expect(lines).toEqual(['shop: ready', 'shop: no']);
});
