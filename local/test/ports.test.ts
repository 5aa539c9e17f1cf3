import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { listen } from '@order-pipeline/platform/listen';
import { checkPortsFree } from '../src/ports.js';
import { freePort } from '../src/redis-server.js';

test('passes when every port is free, and leaves it free', async () => {
  const port = await freePort();
  await checkPortsFree({ api: port });
  const server = createHttpServer();
  await listen(server, port, 'ORDER_API_PORT');
  server.close();
});

test('names every busy port with its variable at once, on any interface', async () => {
  const loopback = createServer().listen(0, '127.0.0.1');
  const everywhere = createServer().listen(0);
  await Promise.all([once(loopback, 'listening'), once(everywhere, 'listening')]);
  const [api, redis] = [everywhere, loopback].map((server) => (server.address() as { port: number }).port);
  const remedy = 'stop what is there, or set the variable to a free port';
  await expect(
    checkPortsFree({ api: api as number, processor: await freePort(), redis: redis as number }),
  ).rejects.toMatchObject({
    name: 'ConfigError',
    problems: [
      { variable: 'ORDER_API_PORT', problem: `is ${api}, where something listens already`, remedy },
      { variable: 'LOCAL_REDIS_PORT', problem: `is ${redis}, where something listens already`, remedy },
    ],
  });
  loopback.close();
  everywhere.close();
});

test('names a port that cannot be listened on for another reason', async () => {
  await expect(checkPortsFree({ sqs: 65_536 })).rejects.toThrow(
    'LOCAL_SQS_PORT is 65536, which cannot be listened on (ERR_SOCKET_BAD_PORT)',
  );
});
