import { createServer } from 'node:http';
import { expect, test } from '@jest/globals';
import { closeServer, listen } from '@order-pipeline/platform/listen';
import { checkAccepts, checkAnswers, checkHttp, untilPasses } from '../src/ready.js';
import { freePort } from '../src/redis-server.js';

test('asks until the check passes', async () => {
  const answers = ['starting', 'starting', undefined];
  await untilPasses(
    'it',
    async () => {
      const answer = answers.shift();
      if (answer) throw new Error(answer);
    },
    60_000,
  );
  expect(answers).toEqual([]);
});

test('rejects at the time limit with the last error of the check', async () => {
  const waiting = untilPasses('scoring', () => Promise.reject(new Error('answered 503')), 60);
  await expect(waiting).rejects.toThrow('scoring is not ready after 60 ms: Error: answered 503');
});

test('rejects when its signal aborts', async () => {
  const signal = AbortSignal.abort(new Error('redis ended'));
  const waiting = untilPasses('it', () => Promise.reject(new Error('down')), 60_000, signal);
  await expect(waiting).rejects.toThrow('redis ended');
});

test('asks over HTTP and TCP', async () => {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/ready' ? 200 : 503).end('not yet\n');
  });
  const port = await listen(server, 0, 'PORT');
  const url = `http://localhost:${port}`;
  await checkHttp(`${url}/ready`);
  await expect(checkHttp(`${url}/health`)).rejects.toThrow(`${url}/health answered 503: not yet`);
  await checkAnswers(`${url}/health`);
  await checkAccepts('127.0.0.1', port);
  await closeServer(server);
  await expect(checkAnswers(url)).rejects.toThrow('fetch failed');
  await expect(checkAccepts('127.0.0.1', await freePort())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
