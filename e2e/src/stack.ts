/** The real local stack on free ports, with short time limits, so that what a crash delays comes back soon. */
import { type LocalPorts, loadLocalConfig } from '@order-pipeline/local/config';
import { freePort } from '@order-pipeline/local/redis-server';
import type { ServiceName } from '@order-pipeline/local/services';
import { LocalStack } from '@order-pipeline/local/stack';
import { ApiClient } from './api-client.js';

/** A running stack. */
export interface E2eStack {
  readonly stack: LocalStack;
  readonly ports: LocalPorts;
  readonly api: ApiClient;
  /** What the parts and the stack printed. */
  readonly lines: readonly string[];
}

/** What a stack for tests may be given. */
export interface E2eOptions {
  /** Free ports by default. */
  readonly ports?: LocalPorts;
  readonly env?: Readonly<Record<string, string>>;
  readonly overrides?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
}

/** A lease of 1.5 s and a visibility timeout of 2 s instead of 15 s and 30 s. */
const SHORT_LIMITS = { VISIBILITY_TIMEOUT_SECONDS: '2', LEASE_MS: '1500', LEASE_MARGIN_MS: '500' };

/** Starts every part as a process of its own, on free ports. */
export async function startE2eStack(options: E2eOptions = {}): Promise<E2eStack> {
  const { env = {}, overrides = {}, ports = await freePorts() } = options;
  const lines: string[] = [];
  const stack = new LocalStack({
    config: { ...loadLocalConfig({}), ports },
    environment: { PATH: process.env.PATH, RATE_LIMIT: '1000000/minute', ...SHORT_LIMITS, ...env },
    overrides,
    onLine: (part, line) => lines.push(`[${part}] ${line}`),
    say: (line) => lines.push(`[stack] ${line}`),
  });
  try {
    await stack.start();
  } catch (cause) {
    await stack.stop();
    throw new Error(`the stack did not start:\n${lines.slice(-20).join('\n')}`, { cause });
  }
  return { stack, ports, api: new ApiClient(`http://localhost:${ports.api}`), lines };
}

/** A free port for each part. */
export async function freePorts(): Promise<LocalPorts> {
  const [api, processor, webhooks, scoringGrpc, scoringHttp, sqs, dynamo, redis] = await Promise.all(
    Array.from({ length: 8 }, () => freePort()),
  );
  return { api, processor, webhooks, scoringGrpc, scoringHttp, sqs, dynamo, redis } as LocalPorts;
}
