/** The built API as a process of its own, as it runs in production. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { TestStack } from '@order-pipeline/local/test-stack';
import type { TestApi } from './harness.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** A running API process. */
export interface ApiProcess extends TestApi {
  readonly child: ChildProcess;
}

/** Starts the process and resolves when it is ready. */
export async function startApiProcess(
  stack: Pick<TestStack, 'env'>,
  env: Readonly<Record<string, string>> = {},
  nodeOptions: readonly string[] = [],
): Promise<ApiProcess> {
  const wide = { LOGIN_RATE_LIMIT: '100000/minute', RATE_LIMIT: '100000/minute' };
  const child = spawn(process.execPath, [...nodeOptions, MAIN], {
    env: { PATH: process.env.PATH, ...stack.env, ...wide, LOG_LEVEL: 'info', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let logs = '';
  const exited = once(child, 'exit');
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the API exited with ${code}: ${logs}`)));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      logs += `${line}\n`;
      if (line.includes('"msg":"ready"')) resolve(JSON.parse(line).port);
    });
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  return { url: `http://localhost:${port}`, logs: () => logs, stop, child };
}
