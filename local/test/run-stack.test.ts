import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { runStack } from '../src/run-stack.js';
import { busyPorts, freePortSettings, portOf } from './free-ports.js';
import { TestHost } from './test-host.js';

test('reports a bad configuration and exits with 78', async () => {
  const host = new TestHost({ ORDER_API_PORT: 'http' });
  expect(await runStack(host)).toBe(78);
  expect(host.errors).toBe(
    '[stack] The configuration has 1 problem(s):\n' +
      '  ORDER_API_PORT is not a whole number: set a whole number from 1 to 65535\n',
  );
  expect(host.printed).toEqual([]);
});

test('reports all busy ports at once, exits with 78, and starts nothing', async () => {
  const settings = await freePortSettings();
  const busy = [portOf(settings, 'api'), portOf(settings, 'sqs')];
  const servers = busy.map((port) => createServer().listen(Number(port)));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const host = new TestHost(settings);
  expect(await runStack(host)).toBe(78);
  const remedy = 'where something listens already: stop what is there, or set the variable to a free port';
  expect(host.errors).toBe(
    '[stack] The configuration has 2 problem(s):\n' +
      `  ORDER_API_PORT is ${busy[0]}, ${remedy}\n  LOCAL_SQS_PORT is ${busy[1]}, ${remedy}\n`,
  );
  expect(await busyPorts(settings)).toEqual(['ORDER_API_PORT', 'LOCAL_SQS_PORT']);
  for (const server of servers) server.close();
});

test('runs without redis-server until Ctrl-C, however often it is pressed', async () => {
  const settings = await freePortSettings();
  const host = new TestHost({ ...settings, PATH: '/nowhere', LOG_LEVEL: 'warn' });
  const running = runStack(host);
  await Promise.race([host.prints('Ready.'), running]);
  expect(host.errors).toBe('');
  expect(host.printed).toContain(
    '[stack] redis-server is not installed: limits are counted in each process, and idempotency keys derive the order id',
  );
  expect(host.printed.at(-1)).toContain(`order API    http://localhost:${portOf(settings, 'api')} `);
  expect(await busyPorts(settings)).toHaveLength(9);
  host.emit('SIGINT');
  host.emit('SIGINT');
  expect(await running).toBe(0);
  expect(host.printed.at(-1)).toBe('[stack] stopping');
  expect(await busyPorts(settings)).toEqual([]);
});

test.each(['SIGTERM', 'SIGHUP'])('heeds %s while it starts', async (signal) => {
  const settings = await freePortSettings();
  const host = new TestHost({ ...settings, PATH: process.env.PATH });
  const running = runStack(host);
  await host.prints('[sqs]');
  host.emit(signal);
  expect(await running).toBe(0);
  expect(host.printed.join('\n')).not.toContain('Ready.');
  expect(await busyPorts(settings)).toEqual([]);
});

test('exits with 1 when a service will not start, and leaves nothing behind', async () => {
  const settings = await freePortSettings();
  const host = new TestHost({ ...settings, PATH: process.env.PATH, STOP_TIMEOUT_MS: 'soon' });
  expect(await runStack(host)).toBe(1);
  expect(host.printed).toContainEqual(
    expect.stringContaining('[scoring]   STOP_TIMEOUT_MS is not a whole number'),
  );
  expect(host.errors).toBe('[stack] scoring ended (exit code 78); the stack cannot go on without it\n');
  expect(await busyPorts(settings)).toEqual([]);
});
