/** Health of the services, and the states of processes. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { encodeProcessState, type ProcessState } from '@order-pipeline/contracts/process-state';
import { readHealth } from '../src/feed/health.js';
import { readProcesses } from '../src/feed/processes.js';

describe('health', () => {
  const PAGES: Readonly<Record<string, readonly [status: number, text: string]>> = {
    '/ready': [200, '{"checks":{"redis":"ok"}}'],
    '/failing': [503, '{"checks":{"redis":"timeout","sqs":"ok","dynamodb":"refused"}}'],
    '/none-fails': [503, '{"checks":{"redis":"ok"}}'],
    '/no-checks': [503, '{}'],
    '/text': [502, 'Bad gateway'],
  };
  let server: Server;
  let base = '';

  beforeAll(async () => {
    server = createServer(({ url = '' }, response) => {
      const page = PAGES[url];
      // Any other page never answers.
      if (page) response.writeHead(page[0]).end(page[1]);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test.each([
    ['/ready', ''],
    ['/failing', 'not ready: redis, dynamodb'],
    ['/none-fails', 'answers 503'],
    ['/no-checks', 'answers 503'],
    ['/text', 'answers 502'],
    ['/silent', 'does not answer'],
  ])('%s: "%s"', async (path, problem) => {
    expect(await readHealth([{ name: 'api', url: `${base}${path}` }])).toEqual([
      { name: 'api', ready: problem === '', problem },
    ]);
  });

  test('one that is not there keeps nothing from the others', async () => {
    const services = [
      { name: 'gone', url: 'http://127.0.0.1:1/ready' },
      { name: 'api', url: `${base}/ready` },
    ];
    expect(await readHealth(services)).toEqual([
      { name: 'gone', ready: false, problem: 'cannot be reached' },
      { name: 'api', ready: true, problem: '' },
    ]);
  });
});

describe('processes', () => {
  const NOW = 1_000_000;
  const state = (instance: string, ageMs: number): ProcessState => ({
    service: 'processor',
    instance,
    at: NOW - ageMs,
    in_flight: 1,
    open_breakers: {},
  });
  const read = async (fields: Readonly<Record<string, string>>) => {
    const hdel = jest.fn(async (..._args: unknown[]) => 1);
    const redis = { hgetall: async () => fields, hdel } as unknown as Parameters<typeof readProcesses>[0];
    const states = await readProcesses(redis, () => NOW);
    return { instances: states.map(({ instance }) => instance), removed: hdel.mock.calls };
  };
  const fieldsOf = (...states: readonly ProcessState[]) =>
    Object.fromEntries(states.map((each) => [each.instance, encodeProcessState(each)]));

  test('those that run count; those that died are removed, and what is no state', async () => {
    const fields = {
      ...fieldsOf(state('runs', 5_000), state('quiet', 5_001), state('dead', 60_001)),
      odd: '?',
    };
    expect(await read(fields)).toEqual({
      instances: ['runs'],
      removed: [['pipeline:processes', 'dead', 'odd']],
    });
  });

  test('nothing is removed while nothing died', async () => {
    expect(await read(fieldsOf(state('runs', 0), state('quiet', 60_000)))).toEqual({
      instances: ['runs'],
      removed: [],
    });
  });
});
