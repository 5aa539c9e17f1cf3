import { type ChildProcess, fork } from 'node:child_process';
import { promises as dns } from 'node:dns';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { InventoryService } from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { createRegistry } from '../../src/metrics.js';
import { createRpcClient } from '../../src/rpc/client.js';
import { atEnd, connect, serve, silent, until } from './support.js';

const NAME = 'two-servers.test';
const [FIRST, SECOND] = ['127.0.0.1', '127.0.0.2'] as const;

// The only part of the way that a test machine does not have is a name server that knows two addresses for a name.
const realLookup = dns.lookup;
beforeAll(() => {
  const lookup = async (name: string, ...rest: unknown[]) =>
    name === NAME
      ? [FIRST, SECOND].map((address) => ({ address, family: 4 }))
      : (realLookup as (...args: unknown[]) => Promise<unknown>)(name, ...rest);
  Object.assign(dns, { lookup });
});
afterAll(() => {
  Object.assign(dns, { lookup: realLookup });
});

/** Keeps `lanes` calls in flight until it is stopped, and returns the number that succeeded. */
function startLoad(lanes: number, call: () => Promise<unknown>) {
  let stopped = false;
  let done = 0;
  const lane = async () => {
    while (!stopped) {
      await call();
      done += 1;
    }
  };
  const running = Promise.all(Array.from({ length: lanes }, lane));
  return {
    done: () => done,
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}

describe('two servers behind one name', () => {
  test('share the calls', async () => {
    const first = await serve({ echo: () => ({ text: FIRST }) }, { grpcHost: FIRST });
    await serve({ echo: () => ({ text: SECOND }) }, { grpcHost: SECOND, grpcPort: first.grpcPort });
    const { client } = connect(0, { url: `http://${NAME}:${first.grpcPort}` });
    const counts: Record<string, number> = {};
    const count = async () => {
      const { text } = await client.echo({});
      counts[text] = (counts[text] ?? 0) + 1;
    };
    for (let round = 0; round < 20; round += 1) await Promise.all(Array.from({ length: 50 }, count));
    for (const host of [FIRST, SECOND]) {
      expect(counts[host]).toBeGreaterThanOrEqual(400);
      expect(counts[host]).toBeLessThanOrEqual(600);
    }
  });

  test('one drains under load, and no caller notices', async () => {
    const slowly = async () => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      return {};
    };
    const options = { drainMs: 10_000 };
    const first = await serve({ echo: slowly }, { ...options, grpcHost: FIRST });
    await serve({ echo: slowly }, { ...options, grpcHost: SECOND, grpcPort: first.grpcPort });
    const { client, breaker } = connect(0, { url: `http://${NAME}:${first.grpcPort}` });
    const load = startLoad(50, () => client.echo({}));
    await until(() => load.done() > 500);
    await first.stop();
    const atStop = load.done();
    await until(() => load.done() > atStop + 500);
    await load.stop();
    expect(breaker.isOpen).toBe(false);
  });

  test('one is killed under load, and no caller notices', async () => {
    const first = await startProcess(FIRST, 0);
    const second = await startProcess(SECOND, first.port);
    const rpc = createRpcClient(InventoryService, {
      url: `http://${NAME}:${first.port}`,
      timeoutMs: 5_000,
      registry: createRegistry(),
      logger: silent,
    });
    atEnd(() => rpc.close());
    const counts: Record<string, number> = {};
    const load = startLoad(50, async () => {
      const { stock } = await rpc.client.getStock({ sku: 'A' });
      const host = stock?.currency ?? '';
      counts[host] = (counts[host] ?? 0) + 1;
    });
    await until(() => (counts[FIRST] ?? 0) > 200 && (counts[SECOND] ?? 0) > 200);
    second.process.kill('SIGKILL');
    await once(second.process, 'exit');
    const atKill = load.done();
    await until(() => load.done() > atKill + 1_000);
    await load.stop();
    expect(rpc.breaker.isOpen).toBe(false);
  });
});

async function startProcess(host: string, port: number): Promise<{ port: number; process: ChildProcess }> {
  const child = fork(join('packages/platform/test/rpc/plain-server.mjs'), [host, String(port)]);
  atEnd(() => child.kill('SIGKILL'));
  const [bound] = await once(child, 'message');
  return { port: bound, process: child };
}
