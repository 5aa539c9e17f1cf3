/** Waiting until a process is ready. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;

/**
 * Repeats `check` until it passes. Rejects with `signal`'s reason, or with the last error of the check after
 * `timeoutMs`.
 */
export async function untilPasses(
  what: string,
  check: () => Promise<void>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (cause) {
      signal?.throwIfAborted();
      if (Date.now() > deadline)
        throw new Error(`${what} is not ready after ${timeoutMs} ms: ${cause}`, { cause });
    }
    await sleep(POLL_MS);
  }
}

/** Passes when a GET of the URL returns 2xx. */
export async function checkHttp(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.trim()}`);
}

/** Passes when the URL's host and port respond to HTTP, with any status. */
export async function checkAnswers(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.arrayBuffer();
}

/** Passes when a TCP connection is accepted. */
export async function checkAccepts(host: string, port: number): Promise<void> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
