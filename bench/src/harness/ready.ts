/** Waiting for processes that start. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const TIMEOUT_MS = 60_000;
const INTERVAL_MS = 50;

/** Resolves when something listens on every port. @throws {Error} after a minute */
export async function untilListening(ports: readonly number[]): Promise<void> {
  for (const port of ports)
    await until(`port ${port}`, async () => {
      const socket = connect(port, '127.0.0.1');
      try {
        await once(socket, 'connect');
      } finally {
        socket.destroy();
      }
    });
}

/** Resolves when the URL answers with a 2xx status. @throws {Error} after a minute */
export async function untilReady(url: string): Promise<void> {
  await until(url, async () => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}: ${await response.text()}`);
    await response.text();
  });
}

/** Repeats a check until it passes. @throws {Error} after a minute, with the last failure */
async function until(what: string, check: () => Promise<void>): Promise<void> {
  const end = performance.now() + TIMEOUT_MS;
  for (;;) {
    try {
      return await check();
    } catch (cause) {
      if (performance.now() > end) throw new Error(`${what} is not ready`, { cause });
    }
    await sleep(INTERVAL_MS);
  }
}
