import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import type { Role } from '../src/decide.js';
import { untilPasses } from '../src/ready.js';
import { ProcessDiedError, Supervisor } from '../src/supervisor.js';
import { isAlive, program, RUNS, RUNS_ON } from './programs.js';

const supervisors: Supervisor[] = [];
afterEach(async () => {
  await Promise.all(supervisors.splice(0).map((supervisor) => supervisor.stop()));
});

/** A supervisor, what it said, and `line` events with what its processes print. */
function supervise() {
  const told = new EventEmitter();
  const said: string[] = [];
  const lines: string[] = [];
  const supervisor = new Supervisor({
    environment: { PATH: process.env.PATH },
    onLine: (name, line) => {
      lines.push(`${name}: ${line}`);
      told.emit('line', name, line);
    },
    say: (line) => {
      said.push(line);
      told.emit('said', line);
    },
    killAfterMs: 60_000,
    restartDelayMs: 1,
  });
  supervisors.push(supervisor);
  const start = (name: string, role: Role, args: readonly string[]) =>
    supervisor.start({ name, role, command: process.execPath, args });
  return { supervisor, start, told, said, lines };
}

test('starts a service again that was killed', async () => {
  const { start, told, said } = supervise();
  const managed = start('api', 'service', RUNS);
  const first = managed.pid;
  await once(told, 'line');
  managed.kill('SIGKILL');
  await once(told, 'line');
  expect(said).toEqual(['api ended (killed by SIGKILL); starting it again']);
  expect(isAlive(first)).toBe(false);
  expect(isAlive(managed.pid)).toBe(true);
});

test('stops restarting a service that dies repeatedly, after it has printed the reason', async () => {
  const { supervisor, start, said, lines } = supervise();
  start('api', 'service', program('process.exitCode = 1;'));
  await once(supervisor.ended, 'abort');
  expect(supervisor.ended.reason).toEqual(
    new ProcessDiedError('api ended (exit code 1); the stack cannot go on without it'),
  );
  expect(lines).toEqual(Array(6).fill('api: ready'));
  expect(said).toEqual(Array(5).fill('api ended (exit code 1); starting it again'));
});

test.each<[string, Role, string, string]>([
  ['an emulator dies', 'emulator', '', 'sqs ended (exit code 0); the stack cannot go on without it'],
  [
    'a service has a bad configuration',
    'service',
    'process.exitCode = 78;',
    'sqs ended (exit code 78); the stack cannot go on without it',
  ],
])('stops at once when %s, and starts nothing more', async (_, role, code, reason) => {
  const { supervisor, start, said } = supervise();
  start('sqs', role, program(code));
  await once(supervisor.ended, 'abort');
  expect(supervisor.ended.reason).toEqual(new ProcessDiedError(reason));
  expect(said).toEqual([]);
  expect(() => start('api', 'service', RUNS)).toThrow(ProcessDiedError);
});

test('continues without an optional process', async () => {
  const { supervisor, start, told } = supervise();
  start('redis', 'aid', program('process.exitCode = 1;'));
  expect(await once(told, 'said')).toEqual(['redis ended (exit code 1); going on without it']);
  expect(supervisor.ended.aborted).toBe(false);
});

test('stops the services, the last one first, and then their dependencies', async () => {
  const { supervisor, start, lines, told } = supervise();
  const processes = [
    start('sqs', 'emulator', program(stopsAfterMs(0))),
    start('scoring', 'service', program(stopsAfterMs(50))),
    start('api', 'service', program(stopsAfterMs(100))),
  ];
  const pids = processes.map(({ pid }) => pid);
  for (const _ of processes) await once(told, 'line');
  lines.length = 0;
  await supervisor.stop();
  expect(lines).toEqual(['api: stopped', 'scoring: stopped', 'sqs: stopped']);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(() => start('api', 'service', RUNS)).toThrow('the stack was stopped');
});

test('a stop does not start a service again that has just died', async () => {
  const { supervisor, start, told } = supervise();
  const managed = start('api', 'service', program('process.exitCode = 1;'));
  await once(told, 'said');
  await supervisor.stop();
  expect(managed.running).toBe(false);
});

test('its processes die with it when it is killed', async () => {
  const module = new URL('../dist/supervisor.js', import.meta.url).href;
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { Supervisor } from '${module}';
      const said = () => undefined;
      const ready = new Set();
      const supervisor = new Supervisor({
        environment: {}, say: said, killAfterMs: 1, restartDelayMs: 1,
        onLine: (name) => {
          if (ready.add(name).size === 2) console.log(processes.map(({ pid }) => pid).join(' '));
        },
      });
      const processes = ['api', 'redis'].map((name) => supervisor.start({
        name, role: 'aid', command: process.execPath, args: ${JSON.stringify(RUNS_ON)},
      }));`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: fileURLToPath(new URL('.', import.meta.url)) },
  );
  const [printed] = await once(child.stdout, 'data');
  const pids = String(printed).trim().split(' ').map(Number);
  expect(pids.map(isAlive)).toEqual([true, true]);
  child.kill('SIGKILL');
  await untilPasses(
    'the end of the processes',
    async () => expect(pids.map(isAlive)).toEqual([false, false]),
    10_000,
  );
});

/** Code of a program that takes its time to stop. */
function stopsAfterMs(ms: number): string {
  return `process.on('SIGTERM', () => setTimeout(() => { console.log('stopped'); process.exit(0); }, ${ms}));
    setInterval(() => undefined, 1e6);`;
}
