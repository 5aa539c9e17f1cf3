/** The lifecycle step by step, on a process of the test's own. */
import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { ConfigError } from '../src/env.js';
import { type Running, runService, type ServiceHost } from '../src/lifecycle.js';
import { PortInUseError } from '../src/listen.js';

/** Represents the end of a process: nothing after exit() runs. */
class ExitError extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exited with ${code}`);
    this.code = code;
  }
}

class TestHost extends EventEmitter implements ServiceHost {
  readonly env = { NAME: 'value' };
  readonly logged: { level: string; msg?: string; err?: { message: string } }[] = [];
  errors = '';
  readonly logs = { write: (line: string) => void this.logged.push(JSON.parse(line)) };
  readonly stderr = { write: (text: string) => (this.errors += text) };
  exit(code: number): never {
    throw new ExitError(code);
  }
}

/** A service that starts and stops as the test says. */
function service(start: () => Promise<Running>) {
  return { name: 'shop', loadConfig: () => ({ logLevel: 'info', stopTimeoutMs: 20 }), start };
}

const never = () => new Promise<never>(() => undefined);

test('gives the service its configuration, and stops it on a signal', async () => {
  const host = new TestHost();
  const calls: unknown[] = [];
  const run = runService(
    {
      name: 'shop',
      loadConfig: ({ NAME }) => ({ logLevel: 'info', stopTimeoutMs: 60_000, NAME }),
      start: async (config) => {
        calls.push(config);
        return { stop: async () => void calls.push('stopped') };
      },
    },
    host,
  );
  host.emit('SIGINT', 'SIGINT');
  await expect(run).rejects.toEqual(new ExitError(0));
  expect(calls).toEqual([{ logLevel: 'info', stopTimeoutMs: 60_000, NAME: 'value' }, 'stopped']);
  expect(host.logged).toMatchObject([{ msg: 'stopping', signal: 'SIGINT' }, { msg: 'stopped' }]);
});

test('says what is wrong with the configuration without starting', async () => {
  const host = new TestHost();
  const loadConfig = () => {
    throw new ConfigError([{ variable: 'PORT', problem: 'is not set', remedy: 'set it' }]);
  };
  await expect(runService({ ...service(never), loadConfig }, host)).rejects.toMatchObject({ code: 78 });
  expect(host.errors).toBe('shop: The configuration has 1 problem(s):\n  PORT is not set: set it\n');
});

test('passes on an error of its own code while it reads the configuration', async () => {
  const bug = new TypeError('bug');
  const loadConfig = () => {
    throw bug;
  };
  await expect(runService({ ...service(never), loadConfig }, new TestHost())).rejects.toBe(bug);
});

test.each([
  [
    'a busy port',
    new PortInUseError(8000, 'PORT'),
    { msg: expect.stringContaining('set PORT to a free port') },
  ],
  ['another error', new Error('no table'), { msg: 'could not start', err: { message: 'no table' } }],
])('exits with 1 when %s keeps it from starting', async (_, error, line) => {
  const host = new TestHost();
  await expect(
    runService(
      service(() => Promise.reject(error)),
      host,
    ),
  ).rejects.toMatchObject({ code: 1 });
  expect(host.logged).toMatchObject([{ level: 'fatal', ...line }]);
});

test.each([
  ['stops too slowly', never, 'still running 20 ms after the signal'],
  ['cannot stop', () => Promise.reject(new Error('stuck')), 'stuck'],
])('exits with 1 when it %s', async (_, stop, reason) => {
  const host = new TestHost();
  const run = runService(
    service(async () => ({ stop })),
    host,
  );
  host.emit('SIGTERM', 'SIGTERM');
  await expect(run).rejects.toMatchObject({ code: 1 });
  expect(host.logged.at(-1)).toMatchObject({
    level: 'fatal',
    msg: 'could not stop',
    err: { message: reason },
  });
});

test('exits with 1 when a signal comes and the start does not end in time', async () => {
  const host = new TestHost();
  const run = runService(service(never), host);
  host.emit('SIGTERM', 'SIGTERM');
  await expect(run).rejects.toMatchObject({ code: 1 });
  expect(host.logged).toMatchObject([{ msg: 'could not start' }]);
});

test.each(['uncaughtException', 'unhandledRejection'])('exits with 1 on an %s', (event) => {
  const host = new TestHost();
  void runService(service(never), host);
  expect(() => host.emit(event, new Error('bug'))).toThrow(new ExitError(1));
  expect(host.logged).toMatchObject([{ level: 'fatal', err: { message: 'bug' } }]);
});
