/** `orders simulate` in this process, against an API that completes every order at once. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { NewOrder } from '@order-pipeline/client';
import { runSimulate, type SimulateHost } from '../src/simulate/command.js';
import { MIX, pickOrder } from '../src/simulate/traffic.js';

let server: Server;
let url: string;
/** Users whose orders are refused. */
const refused = new Set<string>();

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const orderId = '0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19';
    const order = { order_id: orderId, poll_url: `${url}/orders/${orderId}?signature=s` };
    if (request.method === 'GET') return answer(200, { order_id: orderId, status: 'COMPLETED' });
    const body = (await json(request)) as NewOrder;
    if (request.url === '/login') return answer(200, { access_token: body.user_id, expires_in: 3_600 });
    if (refused.has(body.user_id))
      return answer(403, { type: 'about:blank', title: 'Forbidden', status: 403 });
    return answer(202, { ...order, status: 'PENDING', requested_at: '2026-01-15T09:30:00.000Z' });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise((done) => server.close(done)));

async function run(args: readonly string[], host: Partial<SimulateHost> = {}) {
  let [out, err] = ['', ''];
  const code = await runSimulate(args, {
    env: {},
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isTerminal: false,
    signal: new AbortController().signal,
    ...host,
  });
  return { code, out, err };
}

const SHORT = ['--rate', '100', '--minutes', '0.002', '--users', '4'];

describe('orders simulate', () => {
  test('places as many orders as rate and time say, and counts their ends', async () => {
    expect(await run([...SHORT, '--url', url])).toEqual({
      code: 0,
      out: 'placed 12  final 12  COMPLETED 12  failed 0\n',
      err: '',
    });
  });

  test('finds the API by its port, and rewrites the line of a terminal', async () => {
    const { out } = await run(SHORT, { env: { ORDER_API_PORT: new URL(url).port }, isTerminal: true });
    expect(out).toBe('\rplaced 12  final 12  COMPLETED 12  failed 0\n');
  });

  test('ends with 1 when orders were refused', async () => {
    refused.add('shopper-1');
    const { code, out } = await run([...SHORT, '--url', url]);
    refused.clear();
    expect([code, out]).toEqual([1, 'placed 9  final 9  COMPLETED 9  failed 3\n']);
  });

  test('places nothing once it is stopped', async () => {
    const { out } = await run([...SHORT, '--url', url], { signal: AbortSignal.abort() });
    expect(out).toBe('placed 0  final 0  failed 0\n');
  });

  test('says that no API answers', async () => {
    const { code, err } = await run(['--url', 'http://127.0.0.1:1']);
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/is the API running at http:\/\/127\.0\.0\.1:1\?/),
    ]);
  });

  test.each([
    [['--rate', 'fast'], '--rate takes a number up to 1000'],
    [['--rate', '0'], '--rate takes a number up to 1000'],
    [['--rate=-1'], '--rate takes a number up to 1000'],
    [['--rate', '1001'], '--rate takes a number up to 1000'],
    [['--minutes', '0'], '--minutes takes a number up to 1440'],
    [['--minutes=-1'], '--minutes takes a number up to 1440'],
    [['--minutes', '1441'], '--minutes takes a number up to 1440'],
    [['--users', 'many'], '--users takes a whole number'],
    [['--users', '0.5'], '--users takes a whole number'],
    [['--users', '1.5'], '--users takes a whole number'],
    [['--url', 'nonsense'], '--url is not a URL'],
    [['--speed', '1'], "Unknown option '--speed'"],
  ])('%j is refused', async (args, message) => {
    const { code, err } = await run(args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  test('explains itself', async () => {
    expect(await run(['--help'])).toMatchObject({ code: 0, out: expect.stringMatching(/^Usage: /), err: '' });
  });
});

test('the traffic has every kind of order by its weight', () => {
  const total = MIX.reduce((sum, { weight }) => sum + weight, 0);
  const amounts = Array.from({ length: total }, (_, n) => pickOrder((n + 0.5) / total, 'u').amount);
  expect(amounts.filter((amount) => amount === 2_000_000)).toHaveLength(4);
  expect(pickOrder(0.999_999, 'u')).toMatchObject({ user_id: 'u', payment_method: 'tok_timeout' });
});
