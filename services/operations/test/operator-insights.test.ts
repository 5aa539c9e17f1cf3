/** `orders trace` on AWS: the real client against a server that speaks the protocol of CloudWatch Logs. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { toQuery } from '../src/operator/insights.js';
import { run } from '../src/operator/run.js';

const ORDER = '0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19';
const TRACE = 'a'.repeat(32);
const LINES = [
  ['order-api', `{"order_id":"${ORDER}","trace_id":"${TRACE}","route":"/orders","status":202}`],
  ['scoring', `{"trace_id":"${TRACE}","msg":"call served"}`],
  ['order-processor', `{"order_id":"${ORDER}","trace_id":"${TRACE}","msg":"order settled"}`],
  ['order-api', `{"order_id":"another","trace_id":"${'b'.repeat(32)}","route":"/orders"}`],
] as const;

interface StartQuery {
  readonly logGroupNames: string[];
  readonly queryString: string;
  readonly startTime: number;
  readonly endTime: number;
}

let server: Server;
let queries: StartQuery[] = [];
let groups: string[];
let status: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify(answer(operation, body)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  queries = [];
  groups = ['/order-pipeline-prod/order-api', '/order-pipeline-prod/scoring', '/order-pipeline-prod/metrics'];
  status = 'Complete';
});

let looks = 0;

function answer(operation: string, body: StartQuery & { readonly queryId: string }): object {
  switch (operation) {
    case 'DescribeLogGroups':
      return { logGroups: groups.map((logGroupName) => ({ logGroupName })) };
    case 'StartQuery':
      queries.push(body);
      looks = 0;
      return { queryId: String(queries.length) };
    default: {
      // The first look comes too early.
      if (looks++ === 0) return { status: 'Running', results: [] };
      const texts = [...(queries.at(-1)?.queryString ?? '').matchAll(/like "([^"]+)"/g)].map(
        ([, it]) => it ?? '',
      );
      const found = LINES.filter(([, line]) => texts.some((text) => line.includes(text)));
      const results = found.map(([service, line]) => [
        { field: '@timestamp', value: '2026-11-22 03:12:29.000' },
        { field: '@log', value: `123456789012:/order-pipeline-prod/${service}` },
        { field: '@message', value: `${line}\n` },
      ]);
      return { status, results };
    }
  }
}

async function trace(args: readonly string[], env: Record<string, string> = {}) {
  const port = (server.address() as AddressInfo).port;
  const sdk = {
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: `http://127.0.0.1:${port}`,
    ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
  };
  // The AWS SDK reads its own variables from the process.
  Object.assign(process.env, sdk);
  let [out, err] = ['', ''];
  const code = await run(['trace', ...args], {
    env: { STAGE: 'prod', AWS_REGION: 'eu-central-1', ...env },
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  } as never);
  return { code, out, err };
}

test('prints the lines of the order and of its trace, in all services, with the service in front', async () => {
  const { code, out } = await trace([ORDER]);
  expect(code).toBe(0);
  expect(out.trimEnd().split('\n')).toEqual(
    LINES.slice(0, 3).map(([service, line]) => `[${service}] ${line}`),
  );
  const [first, second] = queries;
  expect(first?.logGroupNames).toEqual(['/order-pipeline-prod/order-api', '/order-pipeline-prod/scoring']);
  expect(second?.queryString).toBe(toQuery([ORDER, TRACE]));
  expect((first?.endTime ?? 0) - (first?.startTime ?? 0)).toBeGreaterThanOrEqual(15 * 86_400);
});

test('an order that no line names is not found', async () => {
  const { code, err } = await trace(['no-such-order', '--days', '2']);
  expect(code).toBe(3);
  expect(err).toBe('orders: no line of /order-pipeline-prod/* in the last 2 days names no-such-order\n');
});

test('log groups that do not exist are named', async () => {
  groups = [];
  const { code, err } = await trace([ORDER, '--log-groups', '/other/']);
  expect(code).toBe(3);
  expect(err).toContain('no log group begins with /other/');
});

test('a query that fails is said to have', async () => {
  status = 'Timeout';
  const { code, err } = await trace([ORDER]);
  expect(code).toBe(69);
  expect(err).toContain('the query is Timeout; try again');
});

test('a missing region is said to be', async () => {
  const { code, err } = await trace([ORDER], { AWS_REGION: '' });
  expect(code).toBe(78);
  expect(err).toContain('AWS_REGION is not set');
});

test('ids cannot leave their quotes', () => {
  expect(toQuery(['a" or @message like "'])).toContain('like "a\\" or @message like \\""');
});
