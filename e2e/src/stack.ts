/** The real local stack on free ports, with short time limits, so that messages delayed by a crash become visible again soon. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type LocalPorts, loadLocalConfig } from '@order-pipeline/local/config';
import type { ServiceName } from '@order-pipeline/local/services';
import type { LocalStack } from '@order-pipeline/local/stack';
import { ApiClient } from './api-client.js';
import { ScannedStack } from './scanned-stack.js';

/** A running stack. */
export interface E2eStack {
  readonly stack: LocalStack;
  readonly ports: LocalPorts;
  readonly api: ApiClient;
  /** Lines that the processes and the stack printed. */
  readonly lines: readonly string[];
}

/** Options of a stack for tests. */
export interface E2eOptions {
  /** Free ports by default. */
  readonly ports?: LocalPorts;
  readonly env?: Readonly<Record<string, string>>;
  readonly overrides?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
  /** Runs the operations service as well. Default false. */
  readonly console?: boolean;
  /** Collects the lines; a new list by default. */
  readonly lines?: string[];
}

/** A lease of 1.5 s and a visibility timeout of 2 s instead of 15 s and 30 s. */
const SHORT_LIMITS = { VISIBILITY_TIMEOUT_SECONDS: '2', LEASE_MS: '1500', LEASE_MARGIN_MS: '500' };

/** Returns the environment that every process of a stack for tests inherits. */
export function e2eEnvironment(env: Readonly<Record<string, string>> = {}) {
  return { PATH: process.env.PATH, RATE_LIMIT: '1000000/minute', ...SHORT_LIMITS, ...env };
}

/**
 * Starts every service as a process of its own, on free ports. The stack's `stop` rejects with SecretsInLogError when one of them
 * printed a secret.
 */
export async function startE2eStack(options: E2eOptions = {}): Promise<E2eStack> {
  const { env, overrides = {}, console, ports = await freePorts(), lines = [] } = options;
  const stack = new ScannedStack({
    config: { ...loadLocalConfig({}), ports },
    environment: e2eEnvironment(env),
    overrides,
    ...(console && { console }),
    onLine: (part, line) => lines.push(`[${part}] ${line}`),
    say: (line) => lines.push(`[stack] ${line}`),
  });
  try {
    await stack.start();
  } catch (cause) {
    const printed = lines.slice(-20).join('\n');
    await stack.stop();
    throw new Error(`the stack did not start:\n${printed}`, { cause });
  }
  return { stack, ports, api: new ApiClient(`http://localhost:${ports.api}`), lines };
}

/** Places an order of the user `u123` without items, waits until it is final, and returns its id. */
export async function completeOrder(api: ApiClient): Promise<string> {
  const order = await api.place({ user_id: 'u123', amount: 999 });
  await api.untilFinal(order.poll_url);
  return order.order_id;
}

/** Returns a free port for each part. */
export async function freePorts(): Promise<LocalPorts> {
  const ports = await Promise.all(Array.from({ length: 10 }, () => freePort()));
  const [api, processor, webhooks, scoringGrpc, scoringHttp, sqs, dynamo, redis, ...others] = ports;
  const [operations, operationsGrpc] = others;
  const stack = { api, processor, webhooks, scoringGrpc, scoringHttp, sqs, dynamo, redis };
  return { ...stack, operations, operationsGrpc } as LocalPorts;
}

/** Below the range from which operating systems take ports for connections and for listeners that name none. */
const PORTS = { from: 15_000, to: 30_000 };

let nextPort = randomInt(PORTS.from, PORTS.to);

/** Returns a free port, a new one each time. It stays free for a process that is restarted: no connection takes it. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = nextPort;
    nextPort = port + 1 < PORTS.to ? port + 1 : PORTS.from;
    const server = createServer();
    try {
      server.listen(port);
      await once(server, 'listening');
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    } finally {
      server.close();
    }
  }
}
