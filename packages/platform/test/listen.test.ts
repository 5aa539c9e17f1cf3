import { createServer, type Server } from 'node:http';
import { expect, test } from '@jest/globals';
import { closeServer, listen, PortInUseError } from '../src/listen.js';

test('answers the port that it was given', async () => {
  const server = createServer();
  const port = await listen(server, 0, 'PORT');
  expect(server.address()).toMatchObject({ port });
  await closeServer(server);
});

test('names the variable that moves a busy port', async () => {
  const server = createServer();
  const port = await listen(server, 0, 'PORT');
  const failure = listen(createServer(), port, 'OPS_PORT');
  await expect(failure).rejects.toBeInstanceOf(PortInUseError);
  await expect(failure).rejects.toMatchObject({
    message: `Port ${port} is in use: stop what listens there, or set OPS_PORT to a free port`,
    port,
    variable: 'OPS_PORT',
    cause: { code: 'EADDRINUSE' },
  });
  await closeServer(server);
});

test('passes other errors on', async () => {
  await expect(listen(createServer(), 65_536, 'PORT')).rejects.toMatchObject({ code: 'ERR_SOCKET_BAD_PORT' });
  const server = createServer();
  const failure = new Error('no permission');
  Object.assign(server, { listen: () => server.emit('error', failure) });
  await expect(listen(server, 80, 'PORT')).rejects.toBe(failure);
});

test('a server that closes finishes the request in flight and refuses new ones', async () => {
  const { server, url, taken, finish } = await heldServer();
  const answer = fetch(url);
  await taken;
  let closed = false;
  const closing = closeServer(server).then(() => {
    closed = true;
  });
  await expect(fetch(url)).rejects.toThrow('fetch failed');
  expect(closed).toBe(false);
  finish();
  expect(await (await answer).text()).toBe('done');
  await closing;
});

/** A server whose one request is answered when the test releases it. Its client keeps the connection open. */
async function heldServer(): Promise<{
  server: Server;
  url: string;
  taken: Promise<void>;
  finish: () => void;
}> {
  const taken = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  const server = createServer(async (_request, response) => {
    taken.resolve();
    await finished.promise;
    response.end('done');
  });
  const url = `http://localhost:${await listen(server, 0, 'PORT')}/`;
  return { server, url, taken: taken.promise, finish: finished.resolve };
}
