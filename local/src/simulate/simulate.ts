/** Sends mixed traffic to the order API at a steady rate and follows every order. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderClient } from '@order-pipeline/client';
import { pickOrder } from './traffic.js';

/** Dependencies and options of a simulation. */
export interface SimulateDeps {
  /** Returns the client of a user. */
  readonly clientOf: (userId: string) => Promise<OrderClient>;
  /** Orders a second. */
  readonly rate: number;
  readonly durationMs: number;
  /** Users who take turns: each has a quota of its own. */
  readonly users: number;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  /** Called with the progress, about once a second. */
  readonly onProgress: (progress: Progress) => void;
}

/** Counts of a simulation. */
export interface Progress {
  readonly placed: number;
  readonly failed: number;
  /** Orders by final status. */
  readonly outcomes: Readonly<Record<string, number>>;
}

/** Longest wait for an order at the end, in milliseconds. */
const WAIT_MS = 60_000;

const PROGRESS_MS = 1_000;

/** Sends orders for `durationMs`, waits until all are final, and returns the counts. */
export async function simulate(deps: SimulateDeps, signal: AbortSignal): Promise<Progress> {
  const counts = { placed: 0, failed: 0, outcomes: {} as Record<string, number> };
  const open = new Set<Promise<void>>();
  const follow = async (number: number) => {
    const userId = `shopper-${number % deps.users}`;
    try {
      const client = await deps.clientOf(userId);
      const accepted = await client.placeOrder(pickOrder(deps.random(), userId), { signal });
      counts.placed += 1;
      const { status } = await client.waitForOrder(accepted, { timeoutMs: WAIT_MS, signal });
      counts.outcomes[status] = (counts.outcomes[status] ?? 0) + 1;
    } catch {
      if (!signal.aborted) counts.failed += 1;
    }
  };
  const progress = setInterval(() => deps.onProgress(counts), PROGRESS_MS);
  try {
    const startedAt = performance.now();
    const total = Math.round((deps.rate * deps.durationMs) / 1_000);
    for (let number = 0; number < total && !signal.aborted; number++) {
      const dueMs = startedAt + (number * 1_000) / deps.rate - performance.now();
      if (dueMs > 0) await sleep(dueMs, undefined, { signal }).catch(() => undefined);
      const work = follow(number).finally(() => open.delete(work));
      open.add(work);
    }
    await Promise.all(open);
    return counts;
  } finally {
    clearInterval(progress);
  }
}
