import { createServer, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import express from 'express';
import { toDirectRoute } from '../src/http/direct-route.js';
import { createMessageTypes, useMessageTypes } from '../src/http/message-types.js';

const app = express();
const types = createMessageTypes();
const server = createServer(types, app);
const seen: unknown[] = [];

beforeAll(async () => {
  useMessageTypes(app, types);
  let direct: express.RequestHandler = (_request, _response, next) => next();
  app.use((request, response, next) => direct(request, response, next));
  app.use((_request, _response, next) => {
    seen.push('a layer ahead of the route');
    next();
  });
  app.post(
    '/orders',
    (_request, _response, next) => next(),
    (request, response) => {
      seen.push(Object.getPrototypeOf(request) === types.IncomingMessage.prototype, request.route?.path);
      response.json({ params: request.params, locals: typeof response.locals });
    },
  );
  app.post('/fails', () => {
    throw new Error('no');
  });
  direct = toDirectRoute(app, 'post', '/orders');
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('a direct route gets what express gives to a routed request, past the layers ahead of it', async () => {
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/orders`, { method: 'POST' });
  expect(await response.json()).toEqual({ params: {}, locals: 'object' });
  expect(seen).toEqual([true, '/orders']);
});

test('messages of an application have its methods, and are still those of node', () => {
  expect(app.response).toBeInstanceOf(ServerResponse);
  expect(typeof app.response.json).toBe('function');
  expect(app.request.app).toBe(app);
});

test('a path without a route is a mistake', () => {
  expect(() => toDirectRoute(app, 'get', '/orders')).toThrow('There is no route get /orders');
});
