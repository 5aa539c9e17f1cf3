/** Spreads work evenly over time. */
import type { Shell } from './tools.js';

/** A function that resolves when the next piece of work may start, `perSecond` times a second at most. */
export function createPace(
  perSecond: number,
  { clock, sleep, signal }: Pick<Shell, 'clock' | 'sleep' | 'signal'>,
): () => Promise<void> {
  const intervalMs = 1_000 / perSecond;
  let next = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock();
    const slot = Math.max(now, next);
    next = slot + intervalMs;
    if (slot > now) await sleep(slot - now, signal);
  };
}
