/** Routes, operations pages and the drain of the HTTP listener. */
import { once } from 'node:events';
import { request } from 'node:http';
import { expect, test } from '@jest/globals';
import { createRegistry } from '../../src/metrics.js';
import { type HttpListenerOptions, startHttpListener } from '../../src/rpc/http-listener.js';
import { DEFAULT_LIMITS } from '../../src/rpc/limits.js';
import { atEnd, silent } from './support.js';

async function start(options: Partial<HttpListenerOptions> = {}) {
  const listener = await startHttpListener({
    services: [],
    port: 0,
    portVariable: 'PORT',
    limits: DEFAULT_LIMITS,
    tls: undefined,
    logger: silent,
    registry: createRegistry(),
    checks: {},
    ...options,
  });
  atEnd(() => listener.drain(0));
  return { ...listener, url: `http://127.0.0.1:${listener.port}` };
}

test('a route answers its method and path, with and without a query', async () => {
  const { url } = await start({
    routes: [{ method: 'POST', path: '/hook', handle: (_, response) => response.end('hooked') }],
  });
  const post = async (path: string, method = 'POST') => {
    const response = await fetch(url + path, { method });
    return [response.status, await response.text()];
  };
  expect(await post('/hook')).toEqual([200, 'hooked']);
  expect(await post('/hook?a=1')).toEqual([200, 'hooked']);
  expect((await post('/hook', 'GET'))[0]).toBe(404);
  expect((await post('/hooks'))[0]).toBe(404);
});

test('without routes the operations pages answer, and anything else is no RPC', async () => {
  const { url } = await start();
  expect(await (await fetch(`${url}/health`)).text()).toContain('healthy');
  expect((await fetch(`${url}/hook`, { method: 'POST' })).status).toBe(404);
});

test('a drain lets a request finish, and cuts off what takes longer', async () => {
  let finish: (() => void) | undefined;
  const listener = await start({
    routes: [
      { method: 'GET', path: '/slow', handle: (_, response) => (finish = () => response.end('late')) },
      { method: 'GET', path: '/never', handle: (_, response) => void response.writeHead(200).flushHeaders() },
    ],
  });
  const slow = fetch(`${listener.url}/slow`).then((response) => response.text());
  const never = request(`${listener.url}/never`, { agent: false }).end();
  const [response] = await once(never, 'response');
  response.resume();
  while (!finish) await new Promise((resolve) => setImmediate(resolve));
  const cut = once(response, 'error');
  const drained = listener.drain(200);
  finish();
  expect(await slow).toBe('late');
  await cut;
  await drained;
  await expect(fetch(listener.url)).rejects.toThrow();
});
