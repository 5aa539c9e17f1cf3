/** The machine's own redis-server as a child process that keeps nothing on disk. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { LOOPBACK } from './emulators.js';

/** A redis-server that is ready. */
export interface RedisServer {
  readonly port: number;
  /** Value of REDIS_URL. */
  readonly url: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** There is no redis-server on the PATH. */
export class RedisNotInstalledError extends Error {
  override readonly name = 'RedisNotInstalledError';
}

/** Starts redis-server and waits until it takes connections. Throws RedisNotInstalledError. */
export async function startRedisServer(port?: number, command = 'redis-server'): Promise<RedisServer> {
  const actual = port ?? (await freePort());
  const child = spawn(
    command,
    ['--port', String(actual), '--bind', LOOPBACK, '--save', '', '--appendonly', 'no'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const failed = once(child, 'error').then(([cause]) => {
    throw new RedisNotInstalledError(`${command} is not on the PATH`, { cause });
  });
  failed.catch(() => undefined);
  if ((await Promise.race([isReady(child.stdout), failed])) === false) {
    throw new Error(`${command} could not start on port ${actual}`);
  }
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

/** Reads what redis-server prints until it is ready; false when it ends before. */
async function isReady(output: Readable): Promise<boolean> {
  let ready = false;
  for await (const line of createInterface({ input: output })) {
    ready = line.includes('Ready to accept connections');
    if (ready) break;
  }
  output.resume();
  return ready;
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
