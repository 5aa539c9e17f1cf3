/** Two scoring processes behind one name: one is killed under load, and no order and no user notices. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { awsEnvironment, resourceEnvironment } from '@order-pipeline/local/environment';
import { checkHttp, untilPasses } from '@order-pipeline/local/ready';
import { freePort } from '@order-pipeline/local/redis-server';
import { serviceProgram } from '@order-pipeline/local/services';
import { ScannedProcess } from '../src/scanned-process.js';
import { type E2eStack, startE2eStack } from '../src/stack.js';
import { startTcpProxy, type TcpProxy } from '../src/tcp-proxy.js';

const NAME = 'scoring.test';
/** The built module: processes load it as it is. */
const PRELOAD = fileURLToPath(new URL('../dist/preload/two-addresses.js', import.meta.url));

let proxies: readonly TcpProxy[];
let system: E2eStack;
let second: { readonly process: ScannedProcess; readonly httpPort: number };

beforeAll(async () => {
  const first = await startTcpProxy({});
  proxies = [first, await startTcpProxy({ host: '127.0.0.2', port: first.port })];
  const url = `http://${NAME}:${first.port}`;
  const processor = {
    NODE_OPTIONS: `--import ${PRELOAD}`,
    TWO_ADDRESSES: NAME,
    INVENTORY_URL: url,
    FRAUD_URL: url,
    PAYMENT_URL: url,
  };
  system = await startE2eStack({
    // Limits as in production: no order may need a second worker.
    env: { LOGIN_RATE_LIMIT: '1000000/minute', VISIBILITY_TIMEOUT_SECONDS: '30', LEASE_MS: '15000' },
    overrides: { 'order-processor': processor },
  });
  first.targetPort = system.ports.scoringGrpc;
  second = await startSecondScoring();
});

afterAll(async () => {
  await second.process.stop();
  await system.stack.stop();
  await Promise.all(proxies.map((proxy) => proxy.stop()));
});

async function startSecondScoring() {
  const [grpcPort, httpPort] = [await freePort(), await freePort()];
  const { sqs, dynamo, redis } = system.ports;
  const env = {
    PATH: process.env.PATH,
    STAGE: 'local',
    LOG_LEVEL: 'warn',
    ...awsEnvironment(`http://127.0.0.1:${sqs}`, `http://127.0.0.1:${dynamo}`),
    ...resourceEnvironment({}, {}),
    REDIS_URL: `redis://127.0.0.1:${redis}`,
    GRPC_PORT: String(grpcPort),
    PORT: String(httpPort),
  };
  const child = new ScannedProcess('second scoring', [serviceProgram('scoring')], env);
  await untilPasses('the second scoring', () => checkHttp(`http://127.0.0.1:${httpPort}/ready`), 20_000);
  const [, proxy] = proxies;
  if (proxy) proxy.targetPort = grpcPort;
  return { process: child, httpPort };
}

async function metrics(port: number, name: string): Promise<string[]> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith(name));
}

/** Fails until the second scoring process has captured payments. */
async function checkSecondWorks(): Promise<void> {
  const line = 'rpc_server_duration_seconds_count{method="payment.v1.PaymentService/Capture",code="ok"}';
  const captures = await metrics(second.httpPort, line);
  if (captures.length === 0) throw new Error('the second scoring process has captured nothing');
}

test('every order completes', async () => {
  const place = async (index: number) => {
    const { poll_url } = await system.api.place({ user_id: `user-${index}`, amount: 999 });
    return poll_url;
  };
  const placeMany = (first: number) =>
    Promise.all(Array.from({ length: 25 }, (_, index) => place(first + index)));
  const before = await placeMany(0);
  await untilPasses('the second scoring process', checkSecondWorks, 20_000);
  const during = placeMany(100);
  second.process.kill('SIGKILL');
  await proxies[1]?.stop();
  const polls = [...before, ...(await during), ...(await placeMany(200))];
  for (const poll of polls) expect(await system.api.untilFinal(poll)).toMatchObject({ status: 'COMPLETED' });
  const breakers = await metrics(system.ports.processor, 'rpc_breaker_open');
  expect(breakers).toHaveLength(3);
  for (const line of breakers) expect(line).toMatch(/ 0$/);
});
