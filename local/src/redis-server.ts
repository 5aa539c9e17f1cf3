/** The machine's own redis-server as a child process that keeps nothing on disk. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { LOOPBACK } from './emulators.js';

/** A redis-server that is ready. */
export interface RedisServer {
  readonly port: number;
  /** What REDIS_URL is set to. */
  readonly url: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** There is no redis-server on the PATH. */
export class RedisNotInstalledError extends Error {
  override readonly name = 'RedisNotInstalledError';
}

/** Starts redis-server and waits until it takes connections. Throws RedisNotInstalledError. */
export async function startRedisServer(port?: number): Promise<RedisServer> {
  const actual = port ?? (await freePort());
  const child = spawn(
    'redis-server',
    ['--port', String(actual), '--bind', LOOPBACK, '--save', '', '--appendonly', 'no'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const failed = once(child, 'error').then(([cause]) => {
    throw new RedisNotInstalledError('redis-server is not on the PATH', { cause });
  });
  const exited = once(child, 'exit').then(() => {
    throw new Error(`redis-server could not start on port ${actual}`);
  });
  await Promise.race([untilReady(child), failed, exited]);
  for (const outcome of [failed, exited]) outcome.catch(() => undefined);
  return {
    port: actual,
    url: `redis://${LOOPBACK}:${actual}`,
    process: child,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

async function untilReady(child: ChildProcess): Promise<void> {
  if (!child.stdout) return;
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    if (line.includes('Ready to accept connections')) break;
  }
  child.stdout.resume();
}

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string')
    throw new Error('a TCP server has an address and port');
  return address.port;
}
