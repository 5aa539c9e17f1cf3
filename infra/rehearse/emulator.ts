/** The AWS emulator: moto's server, or one that runs already. */
import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { freePort, untilReady } from './tasks.ts';

/** A running emulator. */
export interface Emulator {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Starts moto on a free port, or uses the emulator at `given` (LocalStack, say). */
export async function startEmulator(python: string, given: string | undefined): Promise<Emulator> {
  if (given) return { endpoint: given, stop: async () => {} };
  const port = await freePort();
  const child = spawn(join(dirname(python), 'moto_server'), ['--host', '127.0.0.1', '--port', String(port)], {
    stdio: 'ignore',
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await untilReady(`${endpoint}/moto-api/data.json`);
  return { endpoint, stop: () => end(child) };
}

/** A Redis of its own for one rehearsal. */
export async function startRedis(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const port = await freePort();
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], {
    stdio: 'ignore',
  });
  return { port, stop: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}
